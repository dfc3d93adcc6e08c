import type { Mutant } from "../../../scripts/mutants/mutant.ts";

/** Bugs in the translation: answers rendered as chat completions. */
export const OPENAI_CHAT_MUTANTS: readonly Mutant[] = [
  {
    name: "the role comes with every chunk",
    file: "workers/gateway/dialects/openai-chat/render-stream.ts",
    find: "opened.add(choice);\n    const whole",
    replace: "const whole",
  },
  {
    name: "a stream says nothing of its usage",
    file: "workers/gateway/dialects/openai-chat/render-stream.ts",
    find: "if (include_usage) return dataLine({ ...base, choices: [], usage: toOpenAiUsage(usage), ...aoField }) + DONE;",
    replace: "if (include_usage) return DONE;",
  },
  {
    name: "an answer that is cut has stopped",
    file: "workers/gateway/dialects/openai-chat/render-stream.ts",
    find: 'chunk(choice, {}, "length")',
    replace: 'chunk(choice, {}, "stop")',
  },
  {
    name: "calls have one index",
    file: "workers/gateway/dialects/openai-chat/render-stream.ts",
    find: "tool_calls: [{ index: item.index, function: { arguments: item.json } }]",
    replace: "tool_calls: [{ index: 0, function: { arguments: item.json } }]",
  },
  {
    name: "a silent answer is null",
    file: "workers/gateway/dialects/openai-chat/render-whole.ts",
    find: 'content: silent ? "" : draft.content,',
    replace: "content: draft.content,",
  },
  {
    name: "one signature of several is kept",
    file: "workers/gateway/dialects/openai-chat/render-whole.ts",
    find: 'draft.signature = (draft.signature ?? "") + part.signature;',
    replace: "draft.signature = part.signature;",
  },
  {
    name: "the total leaves out the answer",
    file: "workers/gateway/dialects/openai-chat/usage.ts",
    find: "total_tokens: prompt_tokens + completion_tokens,",
    replace: "total_tokens: prompt_tokens,",
  },
];
