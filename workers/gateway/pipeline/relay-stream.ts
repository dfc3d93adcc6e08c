import type { Part, UpstreamError } from "../../../schema/canonical/parts.ts";
import { addUsage, type Usage } from "../../../schema/canonical/usage.ts";
import { errorBody, errorStatus } from "../../../schema/http/error-response.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatUsd } from "../../../schema/kernel/money.ts";
import type { StreamRenderer, StreamTail } from "../dialects/stream-renderer.ts";
import type { EventReader, StreamFold, Translation, UpstreamEvent } from "../providers/kit/provider.ts";
import { createSseReader } from "../providers/kit/sse.ts";
import { upstreamFailure } from "../providers/kit/upstream-failure.ts";
import { AnswerSoFar } from "./answer-so-far.ts";
import { mayGoElsewhere } from "./attempt-turns.ts";
import { timeoutError } from "./call-provider.ts";
import type { Broken, Continuation, NextStream, Opened } from "./continuation.ts";
import type { Bill, Ending, Exchange } from "./exchange.ts";
import { isLate } from "./fail-over.ts";
import { type Exit, failureOf } from "./stream-exit.ts";

/** How often a stream may go on. */
const CONTINUATIONS_MAX = 2;

export interface StreamRelayOptions {
  readonly translation: Translation;
  readonly fold: StreamFold<unknown>;
  readonly renderer: StreamRenderer;
  /** Ends the upstream call. */
  readonly abort: AbortController;
  /** Fires when the caller leaves. */
  readonly caller: AbortSignal;
  /** Whether the caller asked for cost and usage in the last chunk. */
  readonly wants_ao: boolean;
  /** Absent: a stream that breaks off ends. */
  readonly continuation?: Continuation;
}

/**
 * What came of the first bytes: a stream to hand to the caller, or a failure early enough for a real HTTP status, with
 * the hold still open.
 */
export type StreamStart =
  | { readonly body: ReadableStream<Uint8Array> }
  /** `stated`: the provider itself says that it failed, before any output. Otherwise what it bills is unknown. */
  | { readonly failed: UpstreamError; readonly stated: boolean };

/** How often time-outs are looked at. Coarse, because a timer per chunk would cost more than it tells. */
const TICK_MS = 1_000;

/**
 * Relays a provider's event stream: reads, meters, keeps the hold ahead, renders, writes with back-pressure. The relay
 * outlives the handler under `waitUntil` and ends the hold on every exit.
 */
export async function relayStream(
  exchange: Exchange,
  upstream: ReadableStream<Uint8Array>,
  options: StreamRelayOptions,
): Promise<StreamStart> {
  const relay = new StreamRelay(exchange, upstream, options);
  const failed = await relay.begin();
  if (failed !== null) return { failed, stated: exchange.meter.error !== null && exchange.meter.usage === null };
  const { readable, writable } = new IdentityTransformStream();
  exchange.scope.waitUntil(relay.run(writable.getWriter()));
  return { body: readable };
}

class StreamRelay {
  readonly #options: StreamRelayOptions;
  readonly #continuation: Continuation | null;
  readonly #encoder = new TextEncoder();
  readonly #opened_at: number;
  /** These are of the attempt that is relayed now. */
  #exchange: Exchange;
  #fold: StreamFold<unknown>;
  #renderer: StreamRenderer;
  #abort: AbortController;
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #events: EventReader;
  #state: unknown;
  readonly #so_far = new AnswerSoFar();
  /** How often another model went on, and what those before it were charged for. */
  #continued = 0;
  #used: Usage = {};
  /** Events that were read and not yet rendered. */
  #queue: readonly UpstreamEvent[] = [];
  #queue_at = 0;
  /** Rendered and not yet written, and the parts that it was rendered from. */
  #text = "";
  #parts: Part[] = [];
  #source_ended = false;
  /** Only the provider is timed between two chunks: a client that reads slowly is not its fault. */
  #reading_since: number | null = null;
  #writing = false;
  #timed_out_ms: number | null = null;
  #caller_gone = false;
  #writer: WritableStreamDefaultWriter<Uint8Array> | null = null;

  constructor(exchange: Exchange, upstream: ReadableStream<Uint8Array>, options: StreamRelayOptions) {
    this.#exchange = exchange;
    this.#options = options;
    this.#fold = options.fold;
    this.#renderer = options.renderer;
    this.#abort = options.abort;
    this.#continuation = options.renderer.resume === undefined ? null : (options.continuation ?? null);
    this.#reader = upstream.getReader();
    this.#events = exchange.attempt.adapter.createReader?.() ?? createSseReader();
    this.#state = options.fold.initial(options.translation);
    this.#opened_at = exchange.scope.effects.now();
  }

  /**
   * Reads until there is something to deliver. A failure before that is answered as one: the caller gets an HTTP status
   * and not a stream that begins with an error.
   */
  async begin(): Promise<UpstreamError | null> {
    const stop = this.#watch();
    try {
      for (;;) {
        await this.#fill();
        // Rendered without cover, because nothing leaves here: `#relay` asks for it.
        while (this.#queue_at < this.#queue.length && this.#text === "" && !this.#over) this.#step();
        if (this.#over && this.#exchange.failure !== null) return this.#exchange.failure;
        if (this.#text !== "" || this.#exchange.meter.ended) return null;
        if (this.#source_ended) return upstreamFailure("The provider's stream ended before it began.");
      }
    } catch (error) {
      if (this.#caller_gone) return null;
      if (this.#timed_out_ms !== null) return timeoutError(this.#timed_out_ms);
      return upstreamFailure(`The provider's stream broke off (${nameOf(error)}).`);
    } finally {
      stop();
      this.#exchange.first_byte_at = this.#exchange.scope.effects.now();
    }
  }

  /** Relays the rest and ends the hold. Never rejects. */
  async run(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    this.#writer = writer;
    let stop = this.#watch();
    const relayed = () => this.#relay(writer).catch((error: unknown): Exit => this.#exitOf(error));
    let exit = await relayed();
    for (let broken = this.#brokenBy(exit); broken !== null; broken = this.#brokenBy(exit)) {
      // The hold passes on to the next attempt: nobody renews it for the broken one any more.
      stop();
      const next = await this.#nextAfter(broken);
      stop = this.#watch();
      if (next === null) break;
      exit = (await this.#open(next)) ?? (await relayed());
    }
    try {
      await this.#finish(writer, exit);
    } catch (error) {
      // What is left open here ends at the hold's deadline, charged with what was committed.
      log("error", "stream_end_failed", { request_id: this.#exchange.scope.request_id, reason: String(error) });
    } finally {
      stop();
      writer.abort().catch(() => undefined);
    }
  }

  /** What another model may go on with; null where the stream has ended for good. */
  #brokenBy(exit: Exit): Broken | null {
    const exchange = this.#exchange;
    const failure = failureOf(exit);
    if (failure === null || this.#continuation === null || this.#continued === CONTINUATIONS_MAX) return null;
    if (this.#caller_gone || this.#options.caller.aborted || !this.#so_far.resumable) return null;
    if (!mayGoElsewhere(failure.error) || isLate(exchange)) return null;
    const { outcome, refusal, error } = failure;
    const ending: Ending = { outcome, status: errorStatus(refusal), error_code: refusal.code };
    const delivered = exit.kind !== "no_answer" && (this.#continued === 0 || exchange.meter.output_bytes > 0);
    const { text } = this.#so_far;
    return { exchange, error, ending: this.#isFree(exit) ? null : ending, delivered, text };
  }

  /** The next attempt in the place of the broken one. A failure to make it leaves everything to the regular end. */
  async #nextAfter(broken: Broken): Promise<NextStream | null> {
    const next = await this.#continuation?.next(broken).catch((error: unknown) => {
      log("warn", "stream_not_continued", { request_id: broken.exchange.scope.request_id, reason: String(error) });
      return null;
    });
    if (next == null) return null;
    this.#abort.abort();
    this.#abort = next.abort;
    this.#exchange = next.exchange;
    this.#renderer = this.#renderer.resume?.() ?? this.#renderer;
    this.#used = addUsage(this.#used, next.used);
    this.#continued += 1;
    this.#queue = [];
    this.#queue_at = 0;
    this.#text = "";
    this.#parts = [];
    this.#source_ended = false;
    this.#reading_since = null;
    this.#timed_out_ms = null;
    return next;
  }

  /** Calls the next provider; null when its stream is there to be read. */
  async #open(next: NextStream): Promise<Exit | null> {
    if (this.#caller_gone) return { kind: "caller_gone" };
    const opened = await next.open().catch((error: unknown): Opened => {
      const failure = upstreamFailure(`The provider could not be called (${nameOf(error)}).`);
      return { status: "failed", error: failure, owed: true };
    });
    if (opened.status === "aborted") return this.#exitOf(new CallerGone());
    if (opened.status === "failed") return { kind: "no_answer", error: opened.error, owed: opened.owed };
    this.#fold = opened.fold;
    this.#reader = opened.body.getReader();
    this.#events = next.exchange.attempt.adapter.createReader?.() ?? createSseReader();
    this.#state = opened.fold.initial(opened.translation);
    return null;
  }

  /** Of an attempt that was to go on: whether it was not made, or its provider says that it failed before any of it came. */
  #isFree(exit: Exit): boolean {
    if (this.#exchange.called_at === null) return true;
    if (exit.kind === "no_answer") return !exit.owed;
    const { output_bytes, usage } = this.#exchange.meter;
    return this.#continued > 0 && exit.kind === "error_event" && output_bytes === 0 && usage === null;
  }

  async #relay(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<Exit> {
    const { meter, hold } = this.#exchange;
    // What `begin` rendered may be more than the first stretch: one event can be megabytes.
    if (!(await hold.cover())) return { kind: "cut" };
    for (;;) {
      while (this.#queue_at < this.#queue.length && !this.#over) {
        const before = this.#text;
        const parts_before = this.#parts.length;
        this.#step();
        const covered = hold.cover();
        if (covered === true) continue;
        // What was covered goes out while the wallet is asked about the rest.
        const rest = this.#text.slice(before.length);
        const rest_parts = this.#parts.splice(parts_before);
        this.#text = before;
        await this.#flush(writer);
        if (!(await covered)) return { kind: "cut" };
        this.#text = rest;
        this.#parts = rest_parts;
      }
      if (meter.pending_is_large) await this.#exchange.countPending();
      // What came before an error is covered and billed: it goes out, also when both came at once.
      await this.#flush(writer);
      const { failure } = this.#exchange;
      if (failure !== null) return { kind: "error_event", error: failure };
      if (meter.ended) return { kind: "finished" };
      if (this.#source_ended) return { kind: "truncated" };
      await this.#fill();
    }
  }

  /** Takes the next event in: metered, and rendered behind what waits. */
  #step(): void {
    const event = this.#queue[this.#queue_at];
    this.#queue_at += 1;
    if (event === undefined) return;
    const { state, parts } = this.#fold.step(this.#state, event);
    this.#state = state;
    this.#exchange.observe(parts);
    if (this.#continuation !== null) this.#so_far.observe(parts);
    this.#text += this.#renderer.event(event, parts);
    if (this.#exchange.texts !== null) this.#parts.push(...parts);
  }

  get #over(): boolean {
    return this.#exchange.meter.ended || this.#exchange.meter.error !== null;
  }

  async #fill(): Promise<void> {
    this.#reading_since = this.#exchange.scope.effects.now();
    const { done, value } = await this.#reader.read();
    this.#reading_since = null;
    this.#exchange.first_byte_at ??= this.#exchange.scope.effects.now();
    this.#source_ended = done;
    this.#queue = done ? this.#events.end() : this.#events.feed(value);
    this.#queue_at = 0;
  }

  /** Writes what is rendered. A caller that left never takes it: its leaving aborts the writer, which ends the wait. */
  async #flush(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    const parts = this.#parts;
    this.#parts = [];
    if (this.#text === "") {
      if (!this.#caller_gone) this.#exchange.texts?.delivered(parts);
      return;
    }
    const bytes = this.#encoder.encode(this.#text);
    this.#text = "";
    if (!this.#caller_gone) {
      this.#writing = true;
      try {
        await writer.write(bytes);
        this.#exchange.texts?.delivered(parts);
        return;
      } catch {
        // Nobody but the caller ends this stream from the other side.
        this.#leave();
      } finally {
        this.#writing = false;
      }
    }
    if (!this.#drains) throw new CallerGone();
  }

  get #drains(): boolean {
    return this.#exchange.scope.config.AO_CLIENT_GONE === "drain";
  }

  /** The caller left: the upstream call ends, unless it is to be drained, and whoever waits for the caller goes on. */
  #leave(): void {
    this.#caller_gone = true;
    if (!this.#drains) this.#abort.abort();
    this.#writer?.abort().catch(() => undefined);
  }

  /** Watches the caller and the clock, and keeps the hold alive, until the returned function is called. */
  #watch(): () => void {
    const { scope, attempt, hold } = this.#exchange;
    const { caller } = this.#options;
    const abort = this.#abort;
    const onAbort = (): void => this.#leave();
    if (caller.aborted) onAbort();
    else caller.addEventListener("abort", onAbort);
    const { idle_ms, total_ms } = attempt.timeouts;
    const every_ms = Math.min(TICK_MS, Math.max(50, Math.floor(Math.min(idle_ms, scope.config.AO_HEARTBEAT_MS) / 4)));
    let beaten_at = scope.effects.now();
    let looked_at = beaten_at;
    const tick = setInterval(() => {
      const now = scope.effects.now();
      // A look that is late says that nothing ran here meanwhile: what the provider sent lies unread, and it was not silent.
      const late_ms = Math.max(0, now - looked_at - every_ms);
      if (this.#reading_since !== null) this.#reading_since = Math.min(now, this.#reading_since + late_ms);
      looked_at = now;
      const idle = this.#reading_since !== null && now - this.#reading_since > idle_ms;
      if (idle || now - this.#opened_at > total_ms) {
        this.#timed_out_ms = idle ? idle_ms : total_ms;
        abort.abort();
        // A client that takes nothing would hold the stream, and its hold, open for ever.
        if (this.#writing) this.#leave();
      }
      if (now - beaten_at >= scope.config.AO_HEARTBEAT_MS) {
        beaten_at = now;
        scope.waitUntil(hold.heartbeat());
      }
    }, every_ms);
    return () => {
      clearInterval(tick);
      caller.removeEventListener("abort", onAbort);
    };
  }

  #exitOf(error: unknown): Exit {
    const gone = this.#caller_gone || error instanceof CallerGone;
    if (!gone && this.#fold.isComplete?.(this.#state) === true) return { kind: "finished" };
    if (this.#timed_out_ms !== null) return { kind: "timed_out", after_ms: this.#timed_out_ms };
    if (this.#caller_gone || error instanceof CallerGone) return { kind: "caller_gone" };
    return { kind: "read_error", reason: nameOf(error) };
  }

  async #finish(writer: WritableStreamDefaultWriter<Uint8Array>, exit: Exit): Promise<void> {
    if (exit.kind !== "finished") this.#abort.abort();
    const exchange = this.#exchange;
    const bill = exit.kind === "cut" ? await exchange.billCut() : (exchange.billNow() ?? (await exchange.bill()));
    const gone = this.#caller_gone;
    const { ending, text } = this.#last(exit, bill, gone);
    // The settlement is on its way before the caller sees the end: a balance asked for next already has it.
    const settled = this.#isFree(exit) ? exchange.release(ending) : exchange.settle(ending, bill);
    if (!gone) {
      await writer
        .write(this.#encoder.encode(text))
        .then(() => writer.close())
        .catch(() => undefined);
    }
    await settled;
  }

  #last(exit: Exit, bill: Bill, gone: boolean): { readonly ending: Ending; readonly text: string } {
    const renderer = this.#renderer;
    const failure = failureOf(exit);
    if (failure !== null) {
      const { outcome, refusal } = failure;
      return {
        ending: { outcome, status: errorStatus(refusal), error_code: refusal.code },
        text: renderer.error(errorBody(refusal, this.#exchange.scope.public_request_id)),
      };
    }
    if (exit.kind === "cut") {
      const { cut_reason } = this.#exchange.hold;
      return {
        ending: { outcome: "cut", status: 200, error_code: cut_reason },
        text: renderer.cut(this.#tail(bill, cut_reason)),
      };
    }
    const finished = exit.kind === "finished";
    return {
      ending:
        finished && !gone
          ? { outcome: "completed", status: 200, error_code: null }
          : { outcome: "cancelled", status: 499, error_code: null },
      text: finished ? renderer.end(this.#tail(bill, null)) : "",
    };
  }

  /** A cut is always signalled; cost and wallet only to a caller that asked. */
  #tail(bill: Bill, cut: string | null): StreamTail {
    const available = this.#exchange.availableAfter(bill);
    const asked = {
      cost_usd: formatUsd(this.#exchange.costOf(bill)),
      wallet_available_usd: available === null ? null : formatUsd(available),
      provider: this.#exchange.attempt.account.id,
      model: this.#exchange.attempt.name,
      usage_source: bill.source,
      ...(this.#continued === 0 ? {} : { continued: this.#continued }),
    };
    const usage = addUsage(this.#used, bill.usage);
    if (cut === null && !this.#options.wants_ao) return { usage, ao: null };
    return {
      usage,
      ao: { ...(this.#options.wants_ao ? asked : null), ...(cut === null ? null : { cut }) },
    };
  }
}

class CallerGone extends Error {}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "error");
