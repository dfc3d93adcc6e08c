import type { Mutant } from "../../../scripts/mutants/mutant.ts";

/** Bugs in the translation: answers rendered as Responses. */
export const OPENAI_RESPONSES_MUTANTS: readonly Mutant[] = [
  {
    name: "what one call writes goes to the first",
    file: "workers/gateway/dialects/openai-responses/output-items.ts",
    find: '"json" in known && known.index === part.index',
    replace: '"json" in known',
  },
  {
    name: "a call that was cut is complete",
    file: "workers/gateway/dialects/openai-responses/output-items.ts",
    find: 'incomplete !== null && at === items.length - 1 ? "incomplete" : "completed"',
    replace: 'incomplete === "" && at === items.length - 1 ? "incomplete" : "completed"',
  },
  {
    name: "a refusal is a text",
    file: "workers/gateway/dialects/openai-responses/output-items.ts",
    find: 'if (part.type === "text") change.item.text += part.text;',
    replace: 'if (part.type !== "tool_call") change.item.text += part.text;',
  },
];
