import type { Mutant } from "../../../scripts/mutants/mutant.ts";

/** Bugs in the translation: Anthropic's Messages. */
export const ANTHROPIC_MUTANTS: readonly Mutant[] = [
  {
    name: "results of tools come after what the user says",
    file: "workers/gateway/providers/anthropic/convert-messages.ts",
    find: '  ...blocks.filter((block) => block.type === "tool_result"),\n  ...blocks.filter((block) => block.type !== "tool_result"),',
    replace:
      '  ...blocks.filter((block) => block.type !== "tool_result"),\n  ...blocks.filter((block) => block.type === "tool_result"),',
  },
  {
    name: "a failed result of a tool passes for a good one",
    file: "workers/gateway/providers/anthropic/convert-messages.ts",
    find: "...(message.is_error === true ? { is_error: true as const } : {}),",
    replace: "",
  },
  {
    name: "neighbours of a role stay apart",
    file: "workers/gateway/providers/anthropic/convert-messages.ts",
    find: "else if (turns.at(-1)?.role === converted.to)",
    replace: "else if (turns.length < 0)",
  },
  {
    name: "thinking comes after the text",
    file: "workers/gateway/providers/anthropic/convert-messages.ts",
    find: "const blocks = [...(thinking ?? []), ...visible];",
    replace: "const blocks = [...visible, ...(thinking ?? [])];",
  },
  {
    name: "a mark of the cache on a tool is lost",
    file: "workers/gateway/providers/anthropic/convert-tools.ts",
    find: "...(cache_control === undefined ? {} : { cache_control }),",
    replace: "",
  },
  {
    name: "one call at a time is not asked for",
    file: "workers/gateway/providers/anthropic/convert-tools.ts",
    find: 'if (tool_choice === "required") return chosen({ type: "any", ...single });',
    replace: 'if (tool_choice === "required") return chosen({ type: "any" });',
  },
  {
    name: "a bound for thinking is larger than the whole",
    file: "workers/gateway/providers/anthropic/convert-thinking.ts",
    find: "Math.floor(max_tokens * BUDGET_SHARE[effort])",
    replace: "Math.floor(max_tokens * BUDGET_SHARE[effort] * 2)",
  },
  {
    name: "cumulative reports are added up",
    file: "workers/gateway/providers/anthropic/convert-usage.ts",
    find: "output: Math.max(counts.output, usage.output_tokens ?? 0),",
    replace: "output: counts.output + (usage.output_tokens ?? 0),",
  },
  {
    name: "writes for an hour are charged as for minutes",
    file: "workers/gateway/providers/anthropic/convert-usage.ts",
    find: '["cached_write_1h", counts.cache_write_1h],',
    replace: '["cached_write_1h", 0],',
  },
  {
    name: "a refusal is an ordinary end",
    file: "workers/gateway/providers/anthropic/map-finish-reason.ts",
    find: 'refusal: "content_filter",',
    replace: 'refusal: "stop",',
  },
  {
    name: "a later signature loses its place",
    file: "workers/gateway/providers/anthropic/stream-fold.ts",
    find: "const signature = block.signed ? piece : markSignature(piece, block.offset, block.first);",
    replace: "const signature = piece;",
  },
  {
    name: "a call without arguments has none",
    file: "workers/gateway/providers/anthropic/stream-fold.ts",
    find: 'block.type === "tool" && !block.has_arguments ? argumentParts(block, block.input) : [];',
    replace: 'block.type === "tool" && block.has_arguments ? argumentParts(block, "") : [];',
  },
  {
    name: "a stream ends with its reason",
    file: "workers/gateway/providers/anthropic/stream-fold.ts",
    find: "return { state: counted.state, parts: [...finished.parts, ...counted.parts] };\n}\n\n/** Ends the choice",
    replace:
      'return { state: counted.state, parts: [...finished.parts, ...counted.parts, { type: "end" }] };\n}\n\n/** Ends the choice',
  },
  {
    name: "an overload inside a stream is a failure like others",
    file: "workers/gateway/providers/anthropic/read-error.ts",
    find: '["overloaded_error", { class: "overloaded", status: 529 }],',
    replace: '["overloaded_error", { class: "failed", status: 500 }],',
  },
];
