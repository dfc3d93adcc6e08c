import type { Mutant } from "../../../scripts/mutants/mutant.ts";

/** Bugs in the translation: Bedrock's Converse and its event stream. */
export const BEDROCK_MUTANTS: readonly Mutant[] = [
  {
    name: "cache reads are part of the input again",
    file: "workers/gateway/providers/bedrock/convert-usage.ts",
    find: '["input", counts.inputTokens ?? 0],',
    replace: '["input", (counts.inputTokens ?? 0) + (counts.cacheReadInputTokens ?? 0)],',
  },
  {
    name: "an intervening guardrail is an ordinary end",
    file: "workers/gateway/providers/bedrock/map-finish-reason.ts",
    find: 'guardrail_intervened: "content_filter",',
    replace: 'guardrail_intervened: "stop",',
  },
  {
    name: "an exception in a stream is passed over",
    file: "workers/gateway/providers/bedrock/stream-fold.ts",
    find: "if (event?.startsWith(EXCEPTION)) {",
    replace: "if (event === EXCEPTION) {",
  },
  {
    name: "a stream ends before its usage",
    file: "workers/gateway/providers/bedrock/stream-fold.ts",
    find: "return state.counted ? close(finished, parts) : { state: finished, parts };",
    replace: "return close(finished, parts);",
  },
  {
    name: "a stream that is cut is complete",
    file: "workers/gateway/providers/bedrock/stream-fold.ts",
    find: "if (event === END_OF_STREAM) return state.finished ? close(state, []) : unchanged(state);",
    replace: "if (event === END_OF_STREAM) return close(state, []);",
  },
  {
    name: "the region of the setting goes before the host's",
    file: "workers/gateway/providers/bedrock/bedrock-url.ts",
    find: "return named ?? settingOf(account) ?? DEFAULT_REGION;",
    replace: "return settingOf(account) ?? named ?? DEFAULT_REGION;",
  },
  {
    name: "tools are sent though none may be called",
    file: "workers/gateway/providers/bedrock/convert-tools.ts",
    find: "const sent = forbidden && !history ? [] : converted.tools;",
    replace: "const sent = converted.tools;",
  },
  {
    name: "two documents have one name",
    file: "workers/gateway/providers/bedrock/convert-conversation.ts",
    find: "taken.add(name);\n  return name;",
    replace: "return name;",
  },
  {
    name: "a frame's checksum is not looked at",
    file: "workers/gateway/providers/kit/aws-event-stream.ts",
    find: 'throw new AwsEventStreamError(error instanceof Error ? error.message : "a frame cannot be read");',
    replace: "return { headers: {}, body: new Uint8Array(0) };",
  },
  {
    name: "the rest of a frame is lost",
    file: "workers/gateway/providers/kit/aws-event-stream.ts",
    find: "pending.copyWithin(0, at, held);",
    replace: "pending.fill(0, 0, at);",
  },
];
