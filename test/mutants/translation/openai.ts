import type { Mutant } from "../../../scripts/mutants/mutant.ts";

/** Bugs in the translation: OpenAI and those who speak its dialect. */
export const OPENAI_MUTANTS: readonly Mutant[] = [
  {
    name: "cached tokens are charged twice",
    file: "workers/gateway/providers/openai/convert-usage.ts",
    find: "input: prompt - cached_read - cached_write_5m - audio_input",
    replace: "input: prompt - cached_write_5m - audio_input",
  },
  {
    name: "reasoning is charged twice",
    file: "workers/gateway/providers/openai/convert-usage.ts",
    find: "output: completion - reasoning - audio_output",
    replace: "output: completion - audio_output",
  },
  {
    name: "a spent account is taken for a rate limit",
    file: "workers/gateway/providers/openai/read-error.ts",
    find: 'if (code !== null && QUOTA_CODES.has(code)) return "quota";',
    replace: 'if (code !== null && QUOTA_CODES.has(code) && status === 402) return "quota";',
  },
  {
    name: "the end of a stream is not seen",
    file: "workers/gateway/providers/openai/stream-fold.ts",
    find: 'if (data === "[DONE]") return',
    replace: 'if (data === "DONE") return',
  },
  {
    name: "a choice's index is lost",
    file: "workers/gateway/providers/openai/stream-fold.ts",
    find: 'const choice = typeof item.index === "number" ? item.index : 0;',
    replace: "const choice = 0 * Number(item.index ?? 0);",
  },
  {
    name: "an error object inside a stream passes for a chunk",
    file: "workers/gateway/providers/openai/stream-fold.ts",
    find: "if (isErrorBody(chunk)) {",
    replace: "if (isErrorBody(chunk) && chunk.choices !== undefined) {",
  },
  {
    name: "a call's index is its place in the chunk",
    file: "workers/gateway/providers/openai/read-whole.ts",
    find: 'const index = typeof call.index === "number" ? call.index : position;',
    replace: "const index = position + 0 * Number(call.index ?? 0);",
  },
  {
    name: "reasoning is shown as the answer",
    file: "workers/gateway/providers/openai/read-whole.ts",
    find: 'yield { type: "reasoning", choice, text: reasoning };',
    replace: 'yield { type: "text", choice, text: reasoning };',
  },
  {
    name: "the tier that served is not told",
    file: "workers/gateway/providers/openai/read-whole.ts",
    find: '{ type: "usage", usage, service_tier: tier };',
    replace: '{ type: "usage", usage };',
  },
];
