import { pacedResponse } from "../call.ts";
import { type ChatJob, finishOf, reportsOf } from "../chat.ts";
import { encode } from "../frames.ts";
import type { Frames } from "../paced-stream.ts";
import type { Renderer } from "../render.ts";
import type { FinishReason } from "./piece.ts";
import { usageReports } from "./usage.ts";

/**
 * An answer whose text is one word of `size_bytes` bytes in a single event, or in one JSON body. It is handed over in
 * segments as it is read, so that the sandbox holds little of it, whatever its size; except in a binary dialect, whose
 * frames are made whole.
 */
export function answerBigLine(job: ChatJob, renderer: Renderer): Response {
  return job.request.stream === true
    ? pacedResponse(job.call, bigStream(job, renderer), renderer.content_type)
    : pacedResponse(job.call, bigBody(job, renderer), "application/json");
}

const SEGMENT = encode("a".repeat(64 * 1024));

/** The tokens of a long word are four bytes each. */
const BYTES_PER_TOKEN = 4;

/** Stands in the JSON where the long text belongs. No caller can write it, since a model id has no such sign. */
const MARK = "\u0001";
const ESCAPED_MARK = "\\u0001";

async function* bigStream(job: ChatJob, renderer: Renderer): Frames {
  yield* renderer.open(reportsOf(job).at(0) ?? null);
  const text = renderer.binary === true ? "a".repeat(textBytes(job)) : MARK;
  for (const frame of renderer.piece(0, { kind: "content", text })) yield* filled(job, frame, renderer);
  job.tally.completion_tokens = Math.ceil(textBytes(job) / BYTES_PER_TOKEN);
  job.call.seen.tokens_generated = job.tally.completion_tokens;
  const rest = [...renderer.finish(0, finish(job)), ...renderer.close(reportsOf(job), true)];
  for (const frame of rest.slice(0, -1)) yield* filled(job, frame, renderer);
  const last = rest.at(-1) ?? new Uint8Array();
  if (renderer.binary === true || !holdsMark(last)) return last;
  yield* filled(job, last, renderer);
  return new Uint8Array();
}

async function* bigBody(job: ChatJob, renderer: Renderer): Frames {
  const completion_tokens = Math.ceil(textBytes(job) / BYTES_PER_TOKEN);
  const usage = usageReports("honest", { ...job.tally, completion_tokens }, null).at(-1) ?? null;
  const choice = { content: MARK, reasoning: "", calls: [], finish: finish(job) };
  yield* filled(job, encode(renderer.whole([choice], usage)), null);
  return new Uint8Array();
}

/** `frame` with the long text in place of each mark, counted as it goes. Frames that are not text pass as they are. */
async function* filled(job: ChatJob, frame: Uint8Array, renderer: Renderer | null): AsyncGenerator<Uint8Array, void> {
  if (renderer?.binary === true || !holdsMark(frame)) {
    yield frame;
    return;
  }
  const [before = "", ...behind] = new TextDecoder().decode(frame).split(ESCAPED_MARK);
  yield encode(before);
  for (const after of behind) {
    yield* longText(job);
    yield encode(after);
  }
}

function* longText(job: ChatJob): Generator<Uint8Array, void> {
  const total = textBytes(job);
  const counts = job.tally.completion_tokens === 0;
  for (let sent = 0; sent < total; sent += SEGMENT.length) {
    const segment = SEGMENT.slice(0, Math.min(SEGMENT.length, total - sent));
    // A dialect may say its text twice; it was generated once.
    if (counts) job.tally.completion_tokens += Math.ceil(segment.length / BYTES_PER_TOKEN);
    job.call.seen.tokens_generated = job.tally.completion_tokens;
    yield segment;
  }
}

const holdsMark = (frame: Uint8Array): boolean => new TextDecoder().decode(frame).includes(ESCAPED_MARK);

function textBytes({ controls, max_tokens }: ChatJob): number {
  return Math.min(controls.size_bytes, (max_tokens ?? Number.POSITIVE_INFINITY) * BYTES_PER_TOKEN);
}

const finish = (job: ChatJob): FinishReason =>
  finishOf(job, textBytes(job) < job.controls.size_bytes ? "length" : "stop");
