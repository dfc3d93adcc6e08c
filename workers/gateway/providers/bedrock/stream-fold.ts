import type { z } from "zod";
import type { Part } from "../../../../schema/canonical/parts.ts";
import { tryParseJson } from "../../../../schema/kernel/json.ts";
import { EXCEPTION } from "../kit/aws-event-stream.ts";
import { END_OF_STREAM } from "../kit/end-of-stream.ts";
import { type FoldStep, parsedEvent, unchanged, withStart } from "../kit/fold-step.ts";
import type { StreamFold, Translation, UpstreamEvent } from "../kit/provider.ts";
import { markRedacted, markSignature } from "../kit/thinking-signature.ts";
import { toUsage } from "./convert-usage.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { readException } from "./read-error.ts";
import { eventSchemas } from "./wire.ts";

/** A block whose end has not come yet. Only a call's block has a beginning of its own. */
type OpenBlock =
  | { readonly type: "reasoning"; readonly offset: number; readonly first: boolean; readonly signed: boolean }
  /** `index` null: the JSON tool; `ignored`: it was called once already. */
  | {
      readonly type: "tool";
      readonly index: number | null;
      readonly ignored: boolean;
      readonly has_arguments: boolean;
    };

export interface BedrockState {
  readonly names: Pick<Translation, "tool_names" | "json_tool">;
  readonly started: boolean;
  /** `messageStop` has come. `metadata` comes after it, or before it from some models. */
  readonly finished: boolean;
  readonly counted: boolean;
  /** After the end or an error nothing more is read. */
  readonly closed: boolean;
  readonly open: ReadonlyMap<number, OpenBlock>;
  /** Tool calls of the caller's so far. */
  readonly tool_calls: number;
  readonly answered_json: boolean;
  readonly reasoning_chars: number;
  readonly signatures: number;
}

type Step = FoldStep<BedrockState>;

type EventName = keyof typeof eventSchemas;
type EventData<Name extends EventName> = z.infer<(typeof eventSchemas)[Name]>;

/**
 * The stream of ConverseStream. It has no terminal event: an answer is complete once `messageStop` and `metadata` have come,
 * or once its body ends after `messageStop`, without usage then. A body that ends earlier has no `end` part.
 */
export const streamFold: StreamFold<BedrockState> = {
  initial: ({ tool_names, json_tool }) => ({
    names: { tool_names, json_tool },
    started: false,
    finished: false,
    counted: false,
    closed: false,
    open: new Map(),
    tool_calls: 0,
    answered_json: false,
    reasoning_chars: 0,
    signatures: 0,
  }),
  step: (state, event) => (state.closed ? { state, parts: [] } : withStart(state, read(state, event))),
  isComplete: (state) => state.finished,
};

function read(state: BedrockState, { event, data }: UpstreamEvent): Step {
  if (event === END_OF_STREAM) return state.finished ? close(state, []) : unchanged(state);
  if (event?.startsWith(EXCEPTION)) {
    return {
      state: { ...state, closed: true },
      parts: [{ type: "error", error: readException(event.slice(EXCEPTION.length), data) }],
    };
  }
  const json = tryParseJson(data);
  switch (event) {
    case "contentBlockStart":
      return parsedEvent(state, eventSchemas.contentBlockStart, json, blockStart);
    case "contentBlockDelta":
      return parsedEvent(state, eventSchemas.contentBlockDelta, json, blockDelta);
    case "contentBlockStop":
      return parsedEvent(state, eventSchemas.contentBlockStop, json, blockStop);
    case "messageStop":
      return parsedEvent(state, eventSchemas.messageStop, json, messageStop);
    case "metadata":
      return parsedEvent(state, eventSchemas.metadata, json, metadata);
    default:
      return unchanged(state);
  }
}

const close = (state: BedrockState, parts: readonly Part[]): Step => ({
  state: { ...state, closed: true },
  parts: [...parts, { type: "end" }],
});

function blockStart(state: BedrockState, { contentBlockIndex, start }: EventData<"contentBlockStart">): Step {
  const call = start?.toolUse;
  if (!call) return unchanged(state);
  const name = call.name ?? "";
  const block = { type: "tool" as const, has_arguments: false };
  if (name === state.names.json_tool) {
    const ignored = state.answered_json;
    return opened({ ...state, answered_json: true }, contentBlockIndex, { ...block, index: null, ignored }, []);
  }
  const index = state.tool_calls;
  const id = call.toolUseId ?? "";
  return opened({ ...state, tool_calls: index + 1 }, contentBlockIndex, { ...block, index, ignored: false }, [
    { type: "tool_call", choice: 0, index, id, name: state.names.tool_names.get(name) ?? name },
  ]);
}

const opened = (state: BedrockState, at: number, block: OpenBlock, parts: readonly Part[]): Step => ({
  state: { ...state, open: new Map(state.open).set(at, block) },
  parts,
});

function blockDelta(state: BedrockState, { contentBlockIndex: at, delta }: EventData<"contentBlockDelta">): Step {
  const { text, toolUse, reasoningContent } = delta ?? {};
  if (text) return { state, parts: [{ type: "text", choice: 0, text }] };
  if (toolUse?.input) return addArguments(state, at, toolUse.input);
  if (reasoningContent?.text) return addReasoning(state, at, reasoningContent.text);
  if (reasoningContent?.signature) return addSignature(state, at, reasoningContent.signature);
  if (reasoningContent?.redactedContent) {
    const signature = markRedacted(reasoningContent.redactedContent, state.reasoning_chars);
    return {
      state: { ...state, signatures: state.signatures + 1 },
      parts: [{ type: "reasoning_signature", choice: 0, signature }],
    };
  }
  return unchanged(state);
}

function addArguments(state: BedrockState, at: number, json: string): Step {
  const block = state.open.get(at);
  if (block?.type !== "tool") return unchanged(state);
  return opened(state, at, { ...block, has_arguments: true }, argumentParts(block, json));
}

/** A piece of a call's arguments; those of the JSON tool are the answer's text. */
function argumentParts({ index, ignored }: OpenBlock & { type: "tool" }, json: string): readonly Part[] {
  if (ignored) return [];
  return index === null
    ? [{ type: "text", choice: 0, text: json }]
    : [{ type: "tool_arguments", choice: 0, index, json }];
}

/** The reasoning block at this place, begun where the joined text now is if it is new. */
function reasoningAt(state: BedrockState, at: number): OpenBlock & { type: "reasoning" } {
  const block = state.open.get(at);
  if (block?.type === "reasoning") return block;
  const first = state.signatures === 0 && state.reasoning_chars === 0;
  return { type: "reasoning", offset: state.reasoning_chars, first, signed: false };
}

function addReasoning(state: BedrockState, at: number, text: string): Step {
  const grown = { ...state, reasoning_chars: state.reasoning_chars + text.length };
  return opened(grown, at, reasoningAt(state, at), [{ type: "reasoning", choice: 0, text }]);
}

/** A signature may come in pieces: only its beginning carries the mark of where its block began. */
function addSignature(state: BedrockState, at: number, piece: string): Step {
  const block = reasoningAt(state, at);
  const signature = block.signed ? piece : markSignature(piece, block.offset, block.first);
  const signatures = block.signed ? state.signatures : state.signatures + 1;
  return opened({ ...state, signatures }, at, { ...block, signed: true }, [
    { type: "reasoning_signature", choice: 0, signature },
  ]);
}

function blockStop(state: BedrockState, { contentBlockIndex }: EventData<"contentBlockStop">): Step {
  const block = state.open.get(contentBlockIndex);
  if (block === undefined) return unchanged(state);
  const open = new Map(state.open);
  open.delete(contentBlockIndex);
  return { state: { ...state, open }, parts: lastParts(block) };
}

/** A call without arguments has no delta: its input is `{}`. */
const lastParts = (block: OpenBlock): readonly Part[] =>
  block.type === "tool" && !block.has_arguments ? argumentParts(block, "{}") : [];

function messageStop(state: BedrockState, { stopReason }: EventData<"messageStop">): Step {
  if (state.finished) return unchanged(state);
  const raw = stopReason ?? null;
  const reason = mapFinishReason(raw, state.names.json_tool !== null && state.tool_calls === 0);
  const parts: readonly Part[] = [
    ...[...state.open.values()].flatMap(lastParts),
    { type: "finish", choice: 0, reason, raw },
  ];
  const finished = { ...state, finished: true, open: new Map() };
  return state.counted ? close(finished, parts) : { state: finished, parts };
}

function metadata(state: BedrockState, { usage }: EventData<"metadata">): Step {
  const parts: readonly Part[] = usage ? [{ type: "usage", usage: toUsage(usage) }] : [];
  const counted = { ...state, counted: true };
  return state.finished ? close(counted, parts) : { state: counted, parts };
}
