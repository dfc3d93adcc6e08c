import type { Mutant } from "../../../scripts/mutants/mutant.ts";

/** Bugs in the translation: Mistral. */
export const MISTRAL_MUTANTS: readonly Mutant[] = [
  {
    name: "ids of calls are as others made them",
    file: "workers/gateway/providers/mistral/call-ids.ts",
    find: "if (OWN_ID.test(id)) ids.set(id, id);",
    replace: 'if (id !== "") ids.set(id, id);',
  },
  {
    name: "calls without an index are one",
    file: "workers/gateway/providers/mistral/read-choice.ts",
    find: "if (id !== null || named || ids.length === 0) return ids.length;",
    replace: "if (ids.length === 0) return ids.length;",
  },
  {
    name: "thinking is the answer",
    file: "workers/gateway/providers/mistral/read-choice.ts",
    find: 'chunk.type === "text" ? (textOf(chunk.text) ?? "") : ""',
    replace: 'chunk.type === "text" ? (textOf(chunk.text) ?? "") : thoughtOf(chunk.thinking)',
  },
];
