import type { z } from "zod";
import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import { type FoldStep, failedFold, parsedEvent, unchanged, withStart } from "../kit/fold-step.ts";
import type { StreamFold, UpstreamEvent } from "../kit/provider.ts";
import { markRedacted, markSignature } from "../kit/thinking-signature.ts";
import { type Counts, mergeCounts, NO_COUNTS, sameCounts, toUsage } from "./convert-usage.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { readErrorDetail } from "./read-error.ts";
import { type AnswerNames, toolCall } from "./read-whole.ts";
import { eventSchemas, type MessagesUsage } from "./wire.ts";

/** A content block whose end has not come yet. */
type OpenBlock =
  | { readonly type: "text" }
  | { readonly type: "thinking"; readonly offset: number; readonly first: boolean; readonly signed: boolean }
  /** `input` is what the block began with: its arguments, if no delta brings any. `index` null: the JSON tool. */
  | { readonly type: "tool"; readonly index: number | null; readonly input: string; readonly has_arguments: boolean }
  /** The provider's own tools, and kinds that we do not know. */
  | { readonly type: "other" };

export interface AnthropicState {
  readonly names: AnswerNames;
  readonly started: boolean;
  readonly finished: boolean;
  /** After the end or an error nothing more is read. */
  readonly closed: boolean;
  readonly open: ReadonlyMap<number, OpenBlock>;
  /** Tool calls of the caller's so far. */
  readonly tool_calls: number;
  readonly reasoning_chars: number;
  readonly signatures: number;
  readonly counts: Counts;
}

type Step = FoldStep<AnthropicState>;

type EventName = keyof typeof eventSchemas;
type EventData<Name extends EventName> = z.infer<(typeof eventSchemas)[Name]>;

/** The stream of the Messages API. Without `message_stop` there is no `end` part; after an error there is none either. */
export const streamFold: StreamFold<AnthropicState> = {
  initial: ({ tool_names, json_tool }) => ({
    names: { tool_names, json_tool },
    started: false,
    finished: false,
    closed: false,
    open: new Map(),
    tool_calls: 0,
    reasoning_chars: 0,
    signatures: 0,
    counts: NO_COUNTS,
  }),
  step: (state, event) => (state.closed ? { state, parts: [] } : withStart(state, read(state, event))),
};

function read(state: AnthropicState, { event, data }: UpstreamEvent): Step {
  const json = tryParseJson(data);
  if (!isJsonObject(json)) return data === "" ? unchanged(state) : failedFold(state);
  switch (typeof json.type === "string" ? json.type : event) {
    case "message_start":
      return parsedEvent(state, eventSchemas.message_start, json, messageStart);
    case "content_block_start":
      return parsedEvent(state, eventSchemas.content_block_start, json, blockStart);
    case "content_block_delta":
      return parsedEvent(state, eventSchemas.content_block_delta, json, blockDelta);
    case "content_block_stop":
      return parsedEvent(state, eventSchemas.content_block_stop, json, blockStop);
    case "message_delta":
      return parsedEvent(state, eventSchemas.message_delta, json, messageDelta);
    case "message_stop":
      return messageStop(state);
    case "error":
      return parsedEvent(state, eventSchemas.error, json, (current, { error }) => ({
        state: { ...current, closed: true },
        parts: [{ type: "error", error: readErrorDetail(error) }],
      }));
    // `ping`, and whatever they add: their versioning policy asks clients to ignore it.
    default:
      return unchanged(state);
  }
}

function messageStart(state: AnthropicState, { message }: EventData<"message_start">): Step {
  const counted = count(state, message.usage);
  if (state.started) return counted;
  const start: Part = { type: "start", id: message.id ?? null, model: message.model ?? null };
  return { state: { ...counted.state, started: true }, parts: [start, ...counted.parts] };
}

/** Adds a report to the counts; a `usage` part only when they grew. */
function count(state: AnthropicState, usage: MessagesUsage | null | undefined): Step {
  const counts = usage ? mergeCounts(state.counts, usage) : state.counts;
  if (sameCounts(counts, state.counts)) return unchanged(state);
  return { state: { ...state, counts }, parts: [{ type: "usage", usage: toUsage(counts) }] };
}

function blockStart(state: AnthropicState, { index, content_block }: EventData<"content_block_start">): Step {
  switch (content_block.type) {
    case "text":
      return opened(state, index, { type: "text" }, textParts(content_block.text));
    case "thinking": {
      const block = {
        type: "thinking" as const,
        offset: state.reasoning_chars,
        first: state.signatures === 0 && state.reasoning_chars === 0,
        signed: false,
      };
      const begun = addReasoning(opened(state, index, block, []).state, content_block.thinking);
      const signed = addSignature(begun.state, index, block, content_block.signature);
      return { state: signed.state, parts: [...begun.parts, ...signed.parts] };
    }
    case "redacted_thinking": {
      const signature = markRedacted(content_block.data ?? "", state.reasoning_chars);
      const next = { ...state, signatures: state.signatures + 1 };
      return opened(next, index, { type: "other" }, [{ type: "reasoning_signature", choice: 0, signature }]);
    }
    case "tool_use": {
      const input = JSON.stringify(content_block.input ?? {});
      const block = { type: "tool" as const, input, has_arguments: false };
      if (content_block.name === state.names.json_tool) return opened(state, index, { ...block, index: null }, []);
      const next = { ...state, tool_calls: state.tool_calls + 1 };
      return opened(next, index, { ...block, index: state.tool_calls }, [
        toolCall(content_block, state.tool_calls, state.names),
      ]);
    }
    default:
      return opened(state, index, { type: "other" }, []);
  }
}

const opened = (state: AnthropicState, index: number, block: OpenBlock, parts: readonly Part[]): Step => ({
  state: { ...state, open: new Map(state.open).set(index, block) },
  parts,
});

function blockDelta(state: AnthropicState, { index, delta }: EventData<"content_block_delta">): Step {
  const block = state.open.get(index);
  switch (delta.type) {
    case "text_delta":
      return { state, parts: textParts(delta.text) };
    case "thinking_delta":
      return addReasoning(state, delta.thinking);
    case "signature_delta":
      return block?.type === "thinking" ? addSignature(state, index, block, delta.signature) : unchanged(state);
    case "input_json_delta":
      return block?.type === "tool" ? addArguments(state, index, block, delta.partial_json) : unchanged(state);
    default:
      return unchanged(state);
  }
}

const textParts = (text: string | null | undefined): readonly Part[] =>
  text ? [{ type: "text", choice: 0, text }] : [];

function addReasoning(state: AnthropicState, text: string | null | undefined): Step {
  if (!text) return unchanged(state);
  return {
    state: { ...state, reasoning_chars: state.reasoning_chars + text.length },
    parts: [{ type: "reasoning", choice: 0, text }],
  };
}

/** A signature may come in pieces: only its beginning carries the mark of where its block began. */
function addSignature(
  state: AnthropicState,
  index: number,
  block: OpenBlock & { type: "thinking" },
  piece: string | null | undefined,
): Step {
  if (!piece) return unchanged(state);
  const signature = block.signed ? piece : markSignature(piece, block.offset, block.first);
  const signatures = block.signed ? state.signatures : state.signatures + 1;
  return opened({ ...state, signatures }, index, { ...block, signed: true }, [
    { type: "reasoning_signature", choice: 0, signature },
  ]);
}

function addArguments(
  state: AnthropicState,
  index: number,
  block: OpenBlock & { type: "tool" },
  json: string | null | undefined,
): Step {
  if (!json) return unchanged(state);
  const parts = argumentParts(block, json);
  return block.has_arguments ? { state, parts } : opened(state, index, { ...block, has_arguments: true }, parts);
}

/** A piece of a call's arguments; those of the JSON tool are the answer's text. */
const argumentParts = ({ index }: OpenBlock & { type: "tool" }, json: string): readonly Part[] =>
  index === null ? [{ type: "text", choice: 0, text: json }] : [{ type: "tool_arguments", choice: 0, index, json }];

function blockStop(state: AnthropicState, { index }: EventData<"content_block_stop">): Step {
  const block = state.open.get(index);
  if (block === undefined) return unchanged(state);
  const open = new Map(state.open);
  open.delete(index);
  return { state: { ...state, open }, parts: lastParts(block) };
}

/** A call without arguments has no delta, or an empty one: its input is what it began with, `{}`. */
const lastParts = (block: OpenBlock): readonly Part[] =>
  block.type === "tool" && !block.has_arguments ? argumentParts(block, block.input) : [];

function messageDelta(state: AnthropicState, { delta, usage }: EventData<"message_delta">): Step {
  const raw = delta?.stop_reason ?? null;
  const explanation = raw === "refusal" ? (delta?.stop_details?.explanation ?? "") : "";
  const finished = raw === null ? unchanged(state) : finish(state, raw, explanation);
  const counted = count(finished.state, usage);
  return { state: counted.state, parts: [...finished.parts, ...counted.parts] };
}

/** Ends the choice, once; blocks that were left open are closed first. */
function finish(state: AnthropicState, raw: string | null, explanation: string): Step {
  if (state.finished) return unchanged(state);
  const called_only_json_tool = state.names.json_tool !== null && state.tool_calls === 0;
  return {
    state: { ...state, finished: true, open: new Map() },
    parts: [
      ...[...state.open.values()].flatMap(lastParts),
      ...(explanation === "" ? [] : [{ type: "refusal" as const, choice: 0, text: explanation }]),
      { type: "finish", choice: 0, reason: mapFinishReason(raw, called_only_json_tool), raw },
    ],
  };
}

function messageStop(state: AnthropicState): Step {
  const finished = finish(state, null, "");
  return { state: { ...finished.state, closed: true }, parts: [...finished.parts, { type: "end" }] };
}
