import type { z } from "zod";
import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import { type FoldStep, failedFold, parsedEvent, unchanged, withStart } from "../kit/fold-step.ts";
import type { StreamFold, UpstreamEvent } from "../kit/provider.ts";
import { convertUsage } from "./convert-usage.ts";
import { failureOf, mapFinishReason } from "./map-finish-reason.ts";
import { type AnswerNames, contentParts, reasoning, toolCall } from "./read-whole.ts";
import { type AnswerCall, errorSchema, eventSchemas } from "./wire.ts";

/** A tool call whose end has not come yet. `index` counts tool calls, whatever the provider counts. */
interface OpenCall {
  readonly index: number;
  readonly has_arguments: boolean;
}

export interface CohereState {
  readonly names: AnswerNames;
  readonly started: boolean;
  /** After the end or an error nothing more is read. */
  readonly closed: boolean;
  /** By the provider's index; calls without one share the key null, one after the other. */
  readonly open: ReadonlyMap<number | null, OpenCall>;
  readonly tool_calls: number;
}

type Step = FoldStep<CohereState>;

type EventName = keyof typeof eventSchemas;
type EventData<Name extends EventName> = z.infer<(typeof eventSchemas)[Name]>;

/** The stream of Chat v2. Without `message-end` there is no `end` part; after an error there is none either. */
export const streamFold: StreamFold<CohereState> = {
  initial: ({ tool_names }) => ({
    names: { tool_names },
    started: false,
    closed: false,
    open: new Map(),
    tool_calls: 0,
  }),
  step: (state, event) => (state.closed ? { state, parts: [] } : withStart(state, read(state, event))),
};

function read(state: CohereState, { event, data }: UpstreamEvent): Step {
  // Some of its servers end a stream as OpenAI does, behind `message-end`.
  if (data === "" || data === "[DONE]") return unchanged(state);
  const json = tryParseJson(data);
  if (!isJsonObject(json)) return failedFold(state);
  const type = typeof json.type === "string" ? json.type : event;
  switch (type) {
    case "message-start":
      return parsedEvent(state, eventSchemas[type], json, messageStart);
    case "content-start":
    case "content-delta":
      return parsedEvent(state, eventSchemas[type], json, (current, { delta }) => ({
        state: current,
        parts: delta?.message?.content ? contentParts(delta.message.content) : [],
      }));
    case "tool-plan-delta":
      return parsedEvent(state, eventSchemas[type], json, (current, { delta }) => ({
        state: current,
        parts: reasoning(delta?.message?.tool_plan),
      }));
    case "tool-call-start":
      return parsedEvent(state, eventSchemas[type], json, callStart);
    case "tool-call-delta":
      return parsedEvent(state, eventSchemas[type], json, callDelta);
    case "tool-call-end":
      return parsedEvent(state, eventSchemas[type], json, (current, { index }) => callEnd(current, index ?? null));
    case "message-end":
      return parsedEvent(state, eventSchemas[type], json, messageEnd);
    default:
      return type === null ? untyped(state, json) : unchanged(state);
  }
}

/** A refusal's body in the place of an event. */
function untyped(state: CohereState, json: unknown): Step {
  const stated = errorSchema.safeParse(json);
  return stated.success ? failedFold(state, stated.data.message) : unchanged(state);
}

function messageStart(state: CohereState, { id }: EventData<"message-start">): Step {
  if (state.started) return unchanged(state);
  return { state: { ...state, started: true }, parts: [{ type: "start", id: id ?? null, model: null }] };
}

function callStart(state: CohereState, { index, delta }: EventData<"tool-call-start">): Step {
  const call: AnswerCall = delta?.message?.tool_calls ?? {};
  const key = index ?? null;
  const ended = callEnd(state, key);
  const own = state.tool_calls;
  const json = call.function?.arguments ?? "";
  return {
    state: {
      ...ended.state,
      tool_calls: own + 1,
      open: new Map(ended.state.open).set(key, { index: own, has_arguments: json !== "" }),
    },
    parts: [...ended.parts, toolCall(call, own, state.names), ...argumentParts(own, json)],
  };
}

function callDelta(state: CohereState, { index, delta }: EventData<"tool-call-delta">): Step {
  const key = index ?? null;
  const open = state.open.get(key);
  const json = delta?.message?.tool_calls?.function?.arguments ?? "";
  if (open === undefined || json === "") return unchanged(state);
  return {
    state: { ...state, open: new Map(state.open).set(key, { ...open, has_arguments: true }) },
    parts: argumentParts(open.index, json),
  };
}

/** A call without arguments has no delta: they are `{}`. */
function callEnd(state: CohereState, key: number | null): Step {
  const call = state.open.get(key);
  if (call === undefined) return unchanged(state);
  const open = new Map(state.open);
  open.delete(key);
  return { state: { ...state, open }, parts: lastParts(call) };
}

const lastParts = ({ index, has_arguments }: OpenCall): readonly Part[] =>
  has_arguments ? [] : argumentParts(index, "{}");

const argumentParts = (index: number, json: string): readonly Part[] =>
  json === "" ? [] : [{ type: "tool_arguments", choice: 0, index, json }];

/** What a failed answer cost is told before the failure: it is owed all the same. */
function messageEnd(state: CohereState, { delta }: EventData<"message-end">): Step {
  const raw = delta?.finish_reason ?? null;
  const usage = convertUsage(delta?.usage);
  const counted: readonly Part[] = usage === null ? [] : [{ type: "usage", usage }];
  const closed = { ...state, closed: true, open: new Map() };
  const failed = failureOf(raw, delta?.error);
  if (failed !== null) return { state: closed, parts: [...counted, { type: "error", error: failed }] };
  return {
    state: closed,
    parts: [
      ...[...state.open.values()].flatMap(lastParts),
      { type: "finish", choice: 0, reason: mapFinishReason(raw), raw },
      ...counted,
      { type: "end" },
    ],
  };
}
