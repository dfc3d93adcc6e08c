/** What the content filter found, which is nothing unless a control says otherwise. */

const CATEGORIES = ["hate", "self_harm", "sexual", "violence"] as const;

/** The findings in a text; a filtered one is violent. */
export const filterResults = (filtered: boolean): object =>
  Object.fromEntries(
    CATEGORIES.map((category) =>
      filtered && category === "violence"
        ? [category, { filtered: true, severity: "high" }]
        : [category, { filtered: false, severity: "safe" }],
    ),
  );

export const promptFilterResults = (filtered: boolean): readonly object[] => [
  {
    prompt_index: 0,
    content_filter_results: { ...filterResults(filtered), jailbreak: { filtered: false, detected: false } },
  },
];
