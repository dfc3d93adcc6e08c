import { unreachable } from "../../schema/kernel/unreachable.ts";
import { promptTokens } from "../../schema/tokens/sandbox-prompt-tokens.ts";
import type { ChatRequest } from "../../schema/wire/openai-chat.ts";
import { type Call, clientGone, errorResponse, jsonResponse, pacedResponse } from "./call.ts";
import type { Controls } from "./controls.ts";
import { type ProviderError, serverError } from "./errors.ts";
import { encode, joined } from "./frames.ts";
import type { ChatModel } from "./models/catalogue.ts";
import { Gatherer } from "./models/gathered.ts";
import { chunked, limited } from "./models/limit.ts";
import type { FinishReason, Piece, Tally, Utterance } from "./models/piece.ts";
import { echo, endless, lorem, reasoningFirst, say, structuredText } from "./models/text.ts";
import { type CallId, toolsUtterance } from "./models/tools.ts";
import { usageReports } from "./models/usage.ts";
import { type Frames, fragmented } from "./paced-stream.ts";
import type { Renderer } from "./render.ts";

/** Where a whole answer of a model without an end is cut: someone waits for all of it, and it is held in memory. */
const WHOLE_ANSWER_TOKENS_MAX = 16_384;

/** One answer being made. */
export interface ChatJob {
  readonly call: Call;
  readonly request: ChatRequest;
  readonly model: ChatModel;
  readonly controls: Controls;
  /** Ids are made from it. */
  readonly seed: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly tally: Tally;
  readonly max_tokens: number | null;
  /** How this dialect writes the id of a call, from a seed. */
  readonly call_id: CallId;
}

/** Gathers what one answer needs and tells `seen` what is known before the first token. */
export function openJob(
  call: Call,
  request: ChatRequest,
  model: ChatModel,
  controls: Controls,
  call_id: CallId,
): ChatJob {
  const prompt_tokens = promptTokens(request);
  call.seen.prompt_tokens = prompt_tokens;
  const max_tokens = request.max_completion_tokens ?? request.max_tokens ?? null;
  return {
    call,
    call_id,
    request,
    model,
    controls,
    seed: `${call.seen.seq}:${call.body_text}`,
    created: Math.floor(call.effects.now() / 1000),
    tally: {
      prompt_tokens,
      cached_tokens: Math.min(controls.cached_tokens, prompt_tokens),
      completion_tokens: 0,
      reasoning_tokens: 0,
    },
    max_tokens: controls.ignore_max_tokens === 1 ? null : max_tokens,
  };
}

/** Answers a chat request as its model does, whole or as a stream, in the words of a dialect. */
export async function answerChat(job: ChatJob, renderer: Renderer): Promise<Response> {
  if (job.request.stream !== true) return wholeAnswer(job, renderer);
  const { fragment_bytes } = job.controls;
  const frames = streamFrames(job, renderer);
  const paced = fragment_bytes > 0 ? fragmented(frames, fragment_bytes) : frames;
  return pacedResponse(job.call, paced, renderer.content_type);
}

/** The reports of a job's usage as it stands. */
export const reportsOf = ({ model, tally, controls }: ChatJob) => usageReports(model.usage, tally, controls.variant);

/** How a filter cuts an answer, if a control says so. */
export const finishOf = ({ controls }: ChatJob, reason: FinishReason): FinishReason =>
  controls.filter === null ? reason : "content_filter";

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
        yield { choice, finish: finishOf(job, next.value) };
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

function voice({ request, model, controls, call, call_id }: ChatJob, choice: number): Utterance {
  const structured = structuredText(request);
  switch (model.voice) {
    case "tools":
      return toolsUtterance(request, `${call.seen.seq}:${choice}:${call.body_text}`, call_id);
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

async function* streamFrames(job: ChatJob, renderer: Renderer): Frames {
  const { call, model, controls } = job;
  const fails = model.ending === "error_event";
  const error = () => renderer.error(failure(job));
  if (model.ending === "error_first") return yield* all(error());

  yield* each(renderer.open(reportsOf(job).at(0) ?? null));
  let pieces = 0;
  if (fails && controls.after_chunks === 0) return yield* all(error());
  for await (const event of choiceEvents(job)) {
    if ("piece" in event) {
      yield* each(renderer.piece(event.choice, event.piece));
      pieces += 1;
      if (fails && pieces === controls.after_chunks) return yield* all(error());
    } else {
      if (fails) return yield* all(error());
      if (model.ending === "cut_mid_character") {
        return cutInside(joined(renderer.piece(event.choice, { kind: "content", text: CUT_TEXT })));
      }
      yield* each(renderer.finish(event.choice, event.finish));
    }
  }
  if (call.stop.signal.aborted) return new Uint8Array();
  return yield* all(renderer.close(reportsOf(job), model.ending !== "no_done"));
}

/** Frames that others follow. */
function* each(frames: readonly Uint8Array[]): Generator<Uint8Array, void> {
  yield* frames;
}

/** The last frames of a stream: the very last is returned, so that the stream closes together with it. */
function* all(frames: readonly Uint8Array[]): Generator<Uint8Array, Uint8Array> {
  yield* frames.slice(0, -1);
  return frames.at(-1) ?? new Uint8Array();
}

async function wholeAnswer(job: ChatJob, renderer: Renderer): Promise<Response> {
  const { call, model } = job;
  if (model.ending === "error_event") return errorResponse(call, failure(job));
  if (model.ending === "error_first") return jsonResponse(call, call.errorJson(failure(job)));

  const gatherers = new Map<number, Gatherer>();
  const finishes = new Map<number, FinishReason>();
  for await (const event of choiceEvents(job)) {
    const gatherer = gatherers.get(event.choice) ?? new Gatherer();
    gatherers.set(event.choice, gatherer);
    if ("piece" in event) {
      gatherer.add(event.piece);
    } else {
      if (model.ending === "cut_mid_character") gatherer.add({ kind: "content", text: CUT_TEXT });
      finishes.set(event.choice, event.finish);
    }
  }
  if (call.stop.signal.aborted) return clientGone();
  const choices = [...gatherers].map(([choice, gatherer]) => gatherer.choice(finishes.get(choice) ?? "stop"));
  const json = renderer.whole(choices, reportsOf(job).at(-1) ?? null);
  if (model.ending !== "cut_mid_character") return jsonResponse(call, json);
  const headers = new Headers(call.headers);
  headers.set("content-type", "application/json");
  return new Response(cutInside(encode(json)), { headers });
}

const failure = ({ controls }: ChatJob): ProviderError => serverError(controls.status);

const CUT_TEXT = " Grüße 👋";

/** The bytes up to the middle of the first character of four bytes that is an emoji. */
function cutInside(bytes: Uint8Array): Uint8Array {
  const at = bytes.findIndex((byte, index) => byte === 0xf0 && bytes[index + 1] === 0x9f);
  return at === -1 ? bytes : bytes.slice(0, at + 2);
}
