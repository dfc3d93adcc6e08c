import type { Mutant } from "../../../scripts/mutants/mutant.ts";

/** Bugs in the translation: Gemini's generateContent. */
export const GEMINI_MUTANTS: readonly Mutant[] = [
  {
    name: "what came from the cache is charged twice",
    file: "workers/gateway/providers/gemini/convert-usage.ts",
    find: "(usage.toolUsePromptTokenCount ?? 0) - cached_read;",
    replace: "(usage.toolUsePromptTokenCount ?? 0);",
  },
  {
    name: "thoughts cost nothing",
    file: "workers/gateway/providers/gemini/convert-usage.ts",
    find: "reasoning: usage.thoughtsTokenCount ?? 0,",
    replace: "reasoning: 0,",
  },
  {
    name: "a filter's end is an ordinary one",
    file: "workers/gateway/providers/gemini/map-finish-reason.ts",
    find: 'SAFETY: "content_filter",\n  RECIT',
    replace: 'SAFETY: "stop",\n  RECIT',
  },
  {
    name: "an answer with calls has stopped",
    file: "workers/gateway/providers/gemini/map-finish-reason.ts",
    find: 'said.calls > 0 ? "tool_calls" : "stop"',
    replace: 'said.calls > 9 ? "tool_calls" : "stop"',
  },
  {
    name: "thoughts are the answer",
    file: "workers/gateway/providers/gemini/stream-fold.ts",
    find: 'part.thought === true ? "reasoning" : "text"',
    replace: 'part.thought === null ? "reasoning" : "text"',
  },
  {
    name: "calls of one answer have one id",
    file: "workers/gateway/providers/gemini/stream-fold.ts",
    find: "`call_${id}_${choice}_${index}`",
    replace: "`call_${id}`",
  },
  {
    name: "a call's signature is lost",
    file: "workers/gateway/providers/gemini/stream-fold.ts",
    find: "...(signature === null ? {} : { signature }),",
    replace: "",
  },
  {
    name: "a stream ends with its reason, before its usage",
    file: "workers/gateway/providers/gemini/stream-fold.ts",
    find: "return { choice: { ...said, finished: true }, parts: [...parts, finish] };",
    replace: 'return { choice: { ...said, finished: true }, parts: [...parts, finish, { type: "end" }] };',
  },
];
