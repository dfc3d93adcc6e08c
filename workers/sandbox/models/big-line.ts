import { pacedResponse } from "../call.ts";
import type { ChatJob } from "../chat.ts";
import { chunkChoice, chunkJson, completionJson, DONE, encode, MessageBuilder, sseEvent } from "../completion.ts";
import type { Frames } from "../paced-stream.ts";
import { usageTexts } from "./usage.ts";

/**
 * An answer whose text is one word of `size_bytes` bytes in a single SSE line, or in one JSON body. It is handed over
 * in segments as it is read, so that the sandbox holds little of it, whatever its size.
 */
export function answerBigLine(job: ChatJob): Response {
  return job.request.stream === true
    ? pacedResponse(job.call, bigStream(job), "text/event-stream; charset=utf-8")
    : pacedResponse(job.call, bigBody(job), "application/json");
}

const SEGMENT = encode("a".repeat(64 * 1024));

/** The tokens of a long word are four bytes each. */
const BYTES_PER_TOKEN = 4;

/** Stands in the JSON where the long text belongs. No caller can write it, since a model id has no such sign. */
const MARK = "\u0001";
const ESCAPED_MARK = "\\u0001";

async function* bigStream(job: ChatJob): Frames {
  const { envelope } = job;
  const include_usage = job.request.stream_options?.include_usage === true;
  const not_yet = include_usage ? "null" : null;
  yield sseEvent(chunkJson(envelope, chunkChoice(0, { role: "assistant", content: "", refusal: null }, null), not_yet));
  const line = chunkJson(envelope, chunkChoice(0, { content: MARK }, null), not_yet);
  yield* filled(job, `data: ${line}\n\n`);
  yield sseEvent(chunkJson(envelope, chunkChoice(0, {}, finish(job)), not_yet));
  for (const usage of include_usage ? usageTexts("honest", job.tally, null) : []) {
    yield sseEvent(chunkJson(envelope, null, usage));
  }
  return DONE;
}

async function* bigBody(job: ChatJob): Frames {
  const { envelope, tally } = job;
  const builder = new MessageBuilder();
  builder.add({ kind: "content", text: MARK });
  const completion_tokens = Math.ceil(textBytes(job) / BYTES_PER_TOKEN);
  const usage = usageTexts("honest", { ...tally, completion_tokens }, null).at(-1) ?? null;
  yield* filled(job, completionJson(envelope, [builder.choice(0, finish(job))], usage));
  return new Uint8Array();
}

/** `template` with the long text in place of the mark, counted as it goes. */
async function* filled(job: ChatJob, template: string): AsyncGenerator<Uint8Array, void> {
  const [before = "", after = ""] = template.split(ESCAPED_MARK);
  yield encode(before);
  const total = textBytes(job);
  for (let sent = 0; sent < total; sent += SEGMENT.length) {
    const segment = SEGMENT.slice(0, Math.min(SEGMENT.length, total - sent));
    job.tally.completion_tokens += Math.ceil(segment.length / BYTES_PER_TOKEN);
    job.call.seen.tokens_generated = job.tally.completion_tokens;
    yield segment;
  }
  yield encode(after);
}

function textBytes({ controls, max_tokens }: ChatJob): number {
  return Math.min(controls.size_bytes, (max_tokens ?? Number.POSITIVE_INFINITY) * BYTES_PER_TOKEN);
}

const finish = (job: ChatJob): "length" | "stop" => (textBytes(job) < job.controls.size_bytes ? "length" : "stop");
