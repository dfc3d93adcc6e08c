/**
 * In what the Claude models differ on the wire, by their names: an unsupported field is a 400, so each is asked for in
 * its own way. Source: Anthropic's model pages, migration guides and the pages on thinking and effort.
 */
export interface ModelTraits {
  /** How thinking is asked for: a budget of tokens, an effort with `adaptive`, or not at all. */
  readonly thinking: "none" | "budget" | "adaptive";
  /** How thinking is switched off: by saying nothing, by `disabled`, or it cannot be. */
  readonly thinking_off: "omit" | "disabled" | "never";
  /** Whether `temperature` and `top_p` are accepted: both, one at a time, or none but their defaults. */
  readonly sampling: "both" | "one" | "none";
  /** Whether a tool choice of `any` or of a named tool is accepted. */
  readonly forced_tool: boolean;
  /** Whether effort `xhigh` exists. */
  readonly xhigh: boolean;
}

const traits = (
  thinking: ModelTraits["thinking"],
  thinking_off: ModelTraits["thinking_off"],
  sampling: ModelTraits["sampling"],
  forced_tool: boolean,
  xhigh: boolean,
): ModelTraits => ({ thinking, thinking_off, sampling, forced_tool, xhigh });

interface Row {
  readonly families: readonly string[];
  /** The row holds from this version on, 4.6 as [4, 6]. */
  readonly since: readonly [number, number];
  readonly traits: ModelTraits;
}

/** Newest first; the first row whose family and version fit is taken. A model newer than the table is taken as the newest. */
const TABLE: readonly Row[] = [
  { families: ["opus", "sonnet"], since: [5, 5], traits: traits("adaptive", "never", "none", false, true) },
  { families: ["fable", "mythos"], since: [5, 1], traits: traits("adaptive", "never", "none", false, true) },
  { families: ["fable", "mythos"], since: [0, 0], traits: traits("adaptive", "never", "none", true, true) },
  { families: ["opus", "sonnet", "haiku"], since: [5, 0], traits: traits("adaptive", "disabled", "none", true, true) },
  { families: ["opus"], since: [4, 7], traits: traits("adaptive", "omit", "none", true, true) },
  { families: ["opus", "sonnet"], since: [4, 6], traits: traits("adaptive", "omit", "one", true, false) },
  { families: ["opus", "sonnet", "haiku"], since: [4, 1], traits: traits("budget", "omit", "one", true, false) },
  { families: ["opus", "sonnet", "haiku"], since: [4, 0], traits: traits("budget", "omit", "both", true, false) },
  { families: ["sonnet"], since: [3, 7], traits: traits("budget", "omit", "both", true, false) },
  { families: ["opus", "sonnet", "haiku"], since: [0, 0], traits: traits("none", "omit", "both", true, false) },
];

/** Another model behind a compatible API: the oldest form of the protocol is what such servers know. */
const OTHER: ModelTraits = traits("budget", "omit", "both", true, false);

/** The traits of a model by its upstream id, whatever stands before or behind the family's name. */
export function modelTraits(upstream_id: string): ModelTraits {
  const model = familyAndVersion(upstream_id);
  const row = TABLE.find(
    ({ families, since }) =>
      model !== null &&
      families.includes(model.family) &&
      (model.major > since[0] || (model.major === since[0] && model.minor >= since[1])),
  );
  return row?.traits ?? OTHER;
}

/** `claude-opus-4-5-20251101` is opus 4.5, `claude-3-7-sonnet-20250219` sonnet 3.7, `claude-opus-5` opus 5.0. */
function familyAndVersion(
  id: string,
): { readonly family: string; readonly major: number; readonly minor: number } | null {
  const after = /claude-([a-z]+)(?:-(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?)?/.exec(id);
  if (after?.[1] !== undefined) return { family: after[1], major: Number(after[2] ?? 0), minor: Number(after[3] ?? 0) };
  const before = /claude-(\d{1,2})(?:[-.](\d{1,2})(?!\d))?-([a-z]+)/.exec(id);
  if (before?.[3] === undefined) return null;
  return { family: before[3], major: Number(before[1]), minor: Number(before[2] ?? 0) };
}
