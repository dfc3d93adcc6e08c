import * as z from "zod";
import { tryParseJson } from "../../schema/kernel/json.ts";
import { type NanoUsd, parseUsd } from "../../schema/kernel/money.ts";
import { countTokens } from "../../schema/tokens/sandbox-tokens.ts";
import { pause } from "./wait.ts";

/** One chat completion as a client of the gateway sees it, which may leave, read slowly, or be cut off by a crash. */

export interface ChatRequest {
  readonly url: string;
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly idempotency_key?: string;
  /** Leaves after so many events of a stream; 0 leaves once the headers are there. */
  readonly leave_after?: number;
  /** Waits so long before each read of a stream. */
  readonly read_gap_ms?: number;
}

/** How the client's side of it ended: with the whole answer, by leaving, or by a connection that broke. */
export type ChatEnd = "whole" | "left" | "broken";

export interface ChatAnswer {
  readonly end: ChatEnd;
  /** Null when there was no answer at all. */
  readonly status: number | null;
  readonly request_id: string | null;
  readonly replayed: boolean;
  /** What the answer itself says that it cost; null when it never said. */
  readonly cost_nano_usd: NanoUsd | null;
  /** Output tokens of whole events that arrived. */
  readonly delivered_tokens: number;
  /** The error's envelope, of an answer that is no 200. */
  readonly error: ErrorEnvelope | null;
  readonly stream_error: boolean;
}

const errorSchema = z.object({
  error: z.looseObject({
    code: z.string().nullable(),
    message: z.string(),
    wallet_id: z.string().optional(),
    available_usd: z.string().optional(),
    required_usd: z.string().optional(),
    max_affordable_tokens: z.int().optional(),
  }),
});
export type ErrorEnvelope = z.infer<typeof errorSchema>["error"];

const chunkSchema = z.looseObject({
  choices: z.array(z.looseObject({ delta: z.looseObject({ content: z.string().nullish() }) })).optional(),
  ao: z.looseObject({ cost_usd: z.string().optional() }).optional(),
  error: z.unknown().optional(),
});

const NOTHING: ChatAnswer = {
  end: "broken",
  status: null,
  request_id: null,
  replayed: false,
  cost_nano_usd: null,
  delivered_tokens: 0,
  error: null,
  stream_error: false,
};

/** Asks, and reads as the request says. Never rejects: a connection that breaks is an answer here. */
export async function chat(request: ChatRequest): Promise<ChatAnswer> {
  const abort = new AbortController();
  const response = await fetch(`${request.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${request.key}`,
      "content-type": "application/json",
      "x-ao-usage": "true",
      ...(request.idempotency_key === undefined ? {} : { "idempotency-key": request.idempotency_key }),
    },
    body: JSON.stringify(request.body),
    signal: abort.signal,
  }).catch(() => null);
  if (response === null) return NOTHING;
  const head: ChatAnswer = {
    ...NOTHING,
    status: response.status,
    request_id: response.headers.get("x-ao-request-id"),
    replayed: response.headers.get("x-ao-idempotent-replay") === "true",
  };
  const is_stream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  return is_stream ? await readStream(response, head, request, abort) : await readWhole(response, head);
}

async function readWhole(response: Response, head: ChatAnswer): Promise<ChatAnswer> {
  const text = await response.text().catch(() => null);
  if (text === null) return head;
  const cost_nano_usd = amountOf(response.headers.get("x-ao-cost-usd"));
  const error = response.ok ? null : (errorSchema.safeParse(tryParseJson(text)).data?.error ?? null);
  return { ...head, end: "whole", cost_nano_usd, error };
}

async function readStream(
  response: Response,
  head: ChatAnswer,
  request: ChatRequest,
  abort: AbortController,
): Promise<ChatAnswer> {
  const events = new EventReader();
  const leave_after = request.leave_after ?? Number.POSITIVE_INFINITY;
  const reader = response.body?.getReader();
  try {
    while (events.count < leave_after) {
      if (request.read_gap_ms !== undefined) await pause(request.read_gap_ms);
      const read = await reader?.read();
      if (read === undefined || read.done) break;
      events.feed(read.value);
    }
  } catch {
    return { ...head, ...events.seen };
  }
  if (events.done || events.failed) return { ...head, ...events.seen, end: "whole" };
  if (events.count < leave_after) return { ...head, ...events.seen };
  abort.abort();
  return { ...head, ...events.seen, end: "left" };
}

/** Takes whole events only: what of an event has arrived in part is not delivered. */
class EventReader {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #text = "";
  #cost: NanoUsd | null = null;
  count = 0;
  done = false;
  failed = false;

  feed(bytes: Uint8Array): void {
    const events = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split("\n\n");
    this.#rest = events.pop() ?? "";
    for (const event of events) this.#take(event.replace(/^data: /, ""));
  }

  #take(data: string): void {
    this.count += 1;
    if (data === "[DONE]") {
      this.done = true;
      return;
    }
    const chunk = chunkSchema.parse(JSON.parse(data));
    for (const { delta } of chunk.choices ?? []) this.#text += delta.content ?? "";
    this.#cost = amountOf(chunk.ao?.cost_usd ?? null) ?? this.#cost;
    this.failed ||= chunk.error !== undefined;
  }

  get seen() {
    return {
      delivered_tokens: countTokens(this.#text),
      cost_nano_usd: this.done ? this.#cost : null,
      stream_error: this.failed,
    };
  }
}

const amountOf = (text: string | null): NanoUsd | null => (text === null ? null : parseUsd(text));
