import type { JsonObject } from "../../schema/kernel/json.ts";
import type { ChatRequest } from "../../schema/wire/openai-chat.ts";
import { readObject } from "./body.ts";
import { type Call, clientGone, errorResponse, jsonResponse } from "./call.ts";
import { answerChat, type ChatJob, openJob } from "./chat.ts";
import { type Controls, readControls, splitSuffix } from "./controls.ts";
import type { RouteInput } from "./dialect.ts";
import { type Failed, invalid, isFailed, modelNotFound } from "./errors.ts";
import { answerFault } from "./faults.ts";
import { answerBigLine } from "./models/big-line.ts";
import { FLAKY_RECOVERED, findModel, type NamedModel } from "./models/catalogue.ts";
import { contentText } from "./models/text.ts";
import { type CallId, openAiCallId } from "./models/tools.ts";
import { isVariant, VARIANTS } from "./models/usage.ts";
import type { Renderer } from "./render.ts";
import { noteBody, noteRequest } from "./seen-body.ts";

/** A request as a dialect has read it. */
export interface Reading {
  /** The same request as chat completions; what the models answer and what is counted. */
  readonly request: ChatRequest;
  readonly renderer: (job: ChatJob) => Renderer;
  /** Ids of calls in the dialect's own form. */
  readonly call_id?: CallId;
  /** How a blocked prompt is told, where that is more than an empty answer. */
  readonly blockedPrompt?: (job: ChatJob) => Response;
}

/** How a dialect's chat route reads its requests. */
export interface ChatWire {
  /** The model that path or body names. */
  readonly model: (body: JsonObject, input: RouteInput) => unknown;
  readonly read: (body: JsonObject, model: string, input: RouteInput) => Reading | Failed;
}

/** A chat: the model is looked up first, then the body is checked, then the model may fail, then it answers. */
export async function answerChatRoute(input: RouteInput, wire: ChatWire): Promise<Response> {
  const { call } = input;
  const body = openBody(input);
  if (isFailed(body)) return errorResponse(call, body.failed);
  const named = lookUp(call, wire.model(body, input));
  if (isFailed(named)) return errorResponse(call, named.failed);
  const reading = wire.read(body, named.id, input);
  if (isFailed(reading)) return errorResponse(call, reading.failed);
  noteRequest(call.seen, reading.request);
  const controls = chatControls(reading.request, named);
  if (isFailed(controls)) return errorResponse(call, controls.failed);

  if (controls.first_byte_ms > 0) {
    const how = await call.effects.sleep(controls.first_byte_ms, call.stop.signal);
    if (how === "aborted") return clientGone();
  }
  const { model } = named;
  const fault = await answerFault(call, model, controls, input.state.flaky);
  if (fault !== null) return fault;
  if (model.kind === "embedding") {
    const message = "This is not a chat model and thus not supported in the v1/chat/completions endpoint.";
    return errorResponse(call, { ...invalid(message, "model", null).failed, status: 404 });
  }
  const speaker = model.kind === "chat" ? model : FLAKY_RECOVERED;
  const job = openJob(call, reading.request, speaker, controls, reading.call_id ?? openAiCallId);
  if (controls.filter === "prompt" && reading.blockedPrompt !== undefined) return reading.blockedPrompt(job);
  const renderer = reading.renderer(job);
  return model.kind === "big_line" ? answerBigLine(job, renderer) : answerChat(job, renderer);
}

/** What is answered at once: embeddings, counts, rankings. */
export interface PlainWire {
  readonly model: (body: JsonObject, input: RouteInput) => unknown;
  /** Whether only an embedding model may be asked, and otherwise how the refusal reads. */
  readonly embeds: boolean;
  readonly answer: (body: JsonObject, model: string, input: RouteInput) => PlainAnswer | Failed;
}

export interface PlainAnswer {
  readonly json: string;
  readonly prompt_tokens: number;
  /** Of the answer, beside those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a model answers at once; it may fail as in a chat, but for what controls would say. */
export async function answerPlainRoute(input: RouteInput, wire: PlainWire): Promise<Response> {
  const { call } = input;
  const body = openBody(input);
  if (isFailed(body)) return errorResponse(call, body.failed);
  const named = lookUp(call, wire.model(body, input));
  if (isFailed(named)) return errorResponse(call, named.failed);
  const controls = readControls({}, {}, {});
  if (isFailed(controls)) return errorResponse(call, controls.failed);
  const fault = await answerFault(call, named.model, controls, input.state.flaky);
  if (fault !== null) return fault;
  if (wire.embeds && named.model.kind !== "embedding") {
    const wrong = invalid("This model does not make embeddings. Use the model 'embed'.", "model", null);
    return errorResponse(call, wrong.failed);
  }
  const answer = wire.answer(body, named.id, input);
  if (isFailed(answer)) return errorResponse(call, answer.failed);
  call.seen.prompt_tokens = answer.prompt_tokens;
  return jsonResponse(call, answer.json, answer.headers);
}

function openBody({ call }: RouteInput): JsonObject | Failed {
  const body = readObject(call.body_text);
  if (!isFailed(body)) noteBody(call.seen, body);
  return body;
}

function lookUp(call: Call, id: unknown): (NamedModel & { readonly id: string }) | Failed {
  if (typeof id !== "string" || id === "") return invalid("you must provide a model parameter", null, null);
  call.seen.model = id;
  const named = findModel(id);
  return named === undefined ? { failed: modelNotFound(id) } : { ...named, id };
}

const FILTERS: readonly string[] = ["prompt", "answer"];

function chatControls(request: ChatRequest, { name, model }: NamedModel): Controls | Failed {
  const last = request.messages.findLast((message) => message.role === "user");
  const { suffix } = splitSuffix(contentText(last?.content));
  const defaults = model.kind === "chat" ? model.defaults : {};
  const controls = readControls(defaults, request.metadata ?? {}, suffix);
  if (isFailed(controls)) return controls;
  if (name === "wrong-usage" && controls.variant !== null && !isVariant(controls.variant)) {
    return invalid(`Invalid sandbox control 'variant': one of ${VARIANTS.join(", ")}.`, "metadata.variant");
  }
  if (controls.filter !== null && !FILTERS.includes(controls.filter)) {
    return invalid(`Invalid sandbox control 'filter': one of ${FILTERS.join(", ")}.`, "metadata.filter");
  }
  // The delay of `slow` is the one before its first byte.
  if (name === "slow" && controls.given.has("delay_ms")) {
    return { ...controls, first_byte_ms: controls.delay_ms, delay_ms: 0 };
  }
  return controls;
}
