import type { Mutant } from "../../../scripts/mutants/mutant.ts";

/** Bugs in the translation: Cohere's Chat v2. */
export const COHERE_MUTANTS: readonly Mutant[] = [
  {
    name: "what is not billed is charged",
    file: "workers/gateway/providers/cohere/convert-usage.ts",
    find: "usage?.billed_units ?? usage?.tokens ?? null",
    replace: "usage?.tokens ?? usage?.billed_units ?? null",
  },
  {
    name: "a named tool is one of all",
    file: "workers/gateway/providers/cohere/convert-tools.ts",
    find: 'return { tools: only, tool_choice: "REQUIRED" };',
    replace: 'return { tools: offered, tool_choice: "REQUIRED" };',
  },
  {
    name: "a plan is the answer",
    file: "workers/gateway/providers/cohere/read-whole.ts",
    find: 'text ? [{ type: "reasoning", choice: 0, text }] : [];',
    replace: 'text ? [{ type: "text", choice: 0, text }] : [];',
  },
  {
    name: "what a failed answer cost is not told",
    file: "workers/gateway/providers/cohere/stream-fold.ts",
    find: 'parts: [...counted, { type: "error", error: failed }]',
    replace: 'parts: [{ type: "error", error: failed }]',
  },
  {
    name: "pieces go to the last call",
    file: "workers/gateway/providers/cohere/stream-fold.ts",
    find: "const open = state.open.get(key);\n",
    replace: "const open = [...state.open.values()].at(-1);\n",
  },
  {
    name: "a model that failed has answered",
    file: "workers/gateway/providers/cohere/map-finish-reason.ts",
    find: 'case "ERROR_LIMIT":',
    replace: 'case "ERROR_LIMITS":',
  },
];
