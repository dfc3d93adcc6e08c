import { unreachable } from "../../schema/kernel/unreachable.ts";
import { promptTokens } from "../../schema/tokens/sandbox-prompt-tokens.ts";
import type { ChatRequest } from "../../schema/wire/openai-chat.ts";
import { type Call, clientGone, jsonResponse, pacedResponse } from "./call.ts";
import {
  chunkChoice,
  chunkJson,
  completionJson,
  DONE,
  type Envelope,
  encode,
  MessageBuilder,
  pieceDelta,
  sseEvent,
} from "./completion.ts";
import type { Controls } from "./controls.ts";
import { errorJson, errorResponse, SERVER_ERROR } from "./errors.ts";
import { hashedId } from "./hash.ts";
import type { ChatModel } from "./models/catalogue.ts";
import { chunked, limited } from "./models/limit.ts";
import type { FinishReason, Piece, Tally, Utterance } from "./models/piece.ts";
import { echo, endless, lorem, reasoningFirst, say, structuredText } from "./models/text.ts";
import { toolsUtterance } from "./models/tools.ts";
import { usageTexts } from "./models/usage.ts";
import { type Frames, fragmented } from "./paced-stream.ts";

/** Where a whole answer of a model without an end is cut: someone waits for all of it, and it is held in memory. */
const WHOLE_ANSWER_TOKENS_MAX = 16_384;

/** One answer being made. */
export interface ChatJob {
  readonly call: Call;
  readonly request: ChatRequest;
  readonly model: ChatModel;
  readonly controls: Controls;
  readonly envelope: Envelope;
  readonly tally: Tally;
  readonly max_tokens: number | null;
}

/** Gathers what one answer needs and tells `seen` what is known before the first token. */
export function openJob(call: Call, request: ChatRequest, model: ChatModel, controls: Controls): ChatJob {
  const prompt_tokens = promptTokens(request);
  call.seen.prompt_tokens = prompt_tokens;
  const max_tokens = request.max_completion_tokens ?? request.max_tokens ?? null;
  return {
    call,
    request,
    model,
    controls,
    envelope: {
      id: `chatcmpl-${hashedId(`${call.seen.seq}:${call.body_text}`, 29)}`,
      created: Math.floor(call.effects.now() / 1000),
      model: request.model,
    },
    tally: {
      prompt_tokens,
      cached_tokens: Math.min(controls.cached_tokens, prompt_tokens),
      completion_tokens: 0,
      reasoning_tokens: 0,
    },
    max_tokens: controls.ignore_max_tokens === 1 ? null : max_tokens,
  };
}

/** Answers a chat request as its model does, whole or as a stream. */
export async function answerChat(job: ChatJob): Promise<Response> {
  if (job.request.stream !== true) return wholeAnswer(job);
  const { fragment_bytes } = job.controls;
  const frames = streamFrames(job);
  const paced = fragment_bytes > 0 ? fragmented(frames, fragment_bytes) : frames;
  return pacedResponse(job.call, paced, "text/event-stream; charset=utf-8");
}

type ChoiceEvent =
  | { readonly choice: number; readonly piece: Piece }
  | { readonly choice: number; readonly finish: FinishReason };

/** All choices in turn, one chunk of each at a time, with the pause before it. Ends early if the caller leaves. */
async function* choiceEvents(job: ChatJob): AsyncGenerator<ChoiceEvent, void> {
  const { call, controls, tally } = job;
  const live = new Map<number, Utterance>();
  for (let choice = 0; choice < (job.request.n ?? 1); choice += 1) live.set(choice, utterance(job, choice));
  while (live.size > 0) {
    for (const [choice, pieces] of live) {
      const { delay_ms } = controls;
      if (delay_ms > 0 && (await call.effects.sleep(delay_ms, call.stop.signal)) === "aborted") return;
      const next = pieces.next();
      call.seen.tokens_generated = tally.completion_tokens;
      if (next.done === true) {
        live.delete(choice);
        yield { choice, finish: next.value };
      } else {
        yield { choice, piece: next.value };
      }
    }
  }
}

/** What one choice says, limited and in chunks. */
function utterance(job: ChatJob, choice: number): Utterance {
  const { controls, request } = job;
  const said = reasoningFirst(reasoningTokens(job), voice(job, choice));
  const stop = request.stop ?? [];
  const stops = typeof stop === "string" ? [stop] : stop;
  const whole_cap = request.stream !== true && job.model.voice === "endless" ? WHOLE_ANSWER_TOKENS_MAX : null;
  return chunked(limited(said, job.max_tokens ?? whole_cap, stops, job.tally), controls.tokens_per_chunk);
}

function voice({ request, model, controls, call }: ChatJob, choice: number): Utterance {
  const structured = structuredText(request);
  switch (model.voice) {
    case "tools":
      return toolsUtterance(request, `${call.seen.seq}:${choice}:${call.body_text}`);
    case "endless":
      return endless();
    case "echo":
      return structured === null ? echo(request) : say(structured);
    case "lorem":
      return structured === null ? lorem(controls) : say(structured);
    default:
      return unreachable(model.voice);
  }
}

/** A model that reasons listens to `reasoning_effort: "none"`, unless a control says how much it thinks. */
function reasoningTokens({ request, controls }: ChatJob): number {
  const silenced = request.reasoning_effort === "none" && !controls.given.has("reasoning_tokens");
  return silenced ? 0 : controls.reasoning_tokens;
}

async function* streamFrames(job: ChatJob): Frames {
  const { call, model, controls, envelope } = job;
  const error = sseEvent(errorJson(SERVER_ERROR));
  if (model.ending === "error_first") return error;

  const include_usage = job.request.stream_options?.include_usage === true && model.usage !== "none";
  const not_yet = include_usage ? "null" : null;
  const chunk = (choice: number, delta: object, finish: FinishReason | null) =>
    sseEvent(chunkJson(envelope, chunkChoice(choice, delta, finish), not_yet));

  for (let choice = 0; choice < (job.request.n ?? 1); choice += 1) {
    yield chunk(choice, { role: "assistant", content: "", refusal: null }, null);
  }
  let pieces = 0;
  if (model.ending === "error_event" && controls.after_chunks === 0) return error;
  for await (const event of choiceEvents(job)) {
    if ("piece" in event) {
      yield chunk(event.choice, pieceDelta(event.piece), null);
      pieces += 1;
      if (model.ending === "error_event" && pieces === controls.after_chunks) return error;
    } else {
      if (model.ending === "error_event") return error;
      if (model.ending === "cut_mid_character") {
        return cutInside(chunk(event.choice, { content: CUT_TEXT }, null));
      }
      yield chunk(event.choice, {}, event.finish);
    }
  }
  if (call.stop.signal.aborted) return new Uint8Array();
  for (const usage of include_usage ? usageTexts(model.usage, job.tally, controls.variant) : []) {
    yield sseEvent(chunkJson(envelope, null, usage));
  }
  return model.ending === "no_done" ? new Uint8Array() : DONE;
}

async function wholeAnswer(job: ChatJob): Promise<Response> {
  const { call, model, envelope } = job;
  if (model.ending === "error_event") return errorResponse(SERVER_ERROR, call.headers);
  if (model.ending === "error_first") return jsonResponse(call, errorJson(SERVER_ERROR));

  const builders = new Map<number, MessageBuilder>();
  const choices: object[] = [];
  for await (const event of choiceEvents(job)) {
    const builder = builders.get(event.choice) ?? new MessageBuilder();
    builders.set(event.choice, builder);
    if ("piece" in event) {
      builder.add(event.piece);
    } else {
      if (model.ending === "cut_mid_character") builder.add({ kind: "content", text: CUT_TEXT });
      choices[event.choice] = builder.choice(event.choice, event.finish);
    }
  }
  if (call.stop.signal.aborted) return clientGone();
  const json = completionJson(
    envelope,
    choices,
    usageTexts(model.usage, job.tally, job.controls.variant).at(-1) ?? null,
  );
  if (model.ending !== "cut_mid_character") return jsonResponse(call, json);
  const headers = new Headers(call.headers);
  headers.set("content-type", "application/json");
  return new Response(cutInside(encode(json)), { headers });
}

const CUT_TEXT = " Grüße 👋";

/** The bytes up to the middle of the first character of four bytes. */
function cutInside(bytes: Uint8Array): Uint8Array {
  const at = bytes.findIndex((byte) => byte >= 0xf0);
  return at === -1 ? bytes : bytes.slice(0, at + 2);
}
