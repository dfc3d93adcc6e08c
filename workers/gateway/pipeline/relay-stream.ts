import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import { errorBody, errorStatus } from "../../../schema/http/error-response.ts";
import type { Refusal } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatUsd } from "../../../schema/kernel/money.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { StreamRenderer, StreamTail } from "../dialects/stream-renderer.ts";
import type { EventReader, StreamFold, Translation, UpstreamEvent } from "../providers/kit/provider.ts";
import { createSseReader } from "../providers/kit/sse.ts";
import { upstreamFailure } from "../providers/kit/upstream-failure.ts";
import { timeoutError } from "./call-provider.ts";
import type { Bill, Ending, Exchange } from "./exchange.ts";
import { refusalOf } from "./upstream-refusal.ts";

/** Every way a stream can end. */
type Exit =
  | { readonly kind: "finished" }
  | { readonly kind: "error_event"; readonly error: UpstreamError }
  | { readonly kind: "read_error"; readonly reason: string }
  /** The body ended without the provider's terminal event. */
  | { readonly kind: "truncated" }
  | { readonly kind: "timed_out"; readonly after_ms: number }
  | { readonly kind: "caller_gone" }
  /** The hold covers no more. */
  | { readonly kind: "cut" };

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
  readonly #exchange: Exchange;
  readonly #options: StreamRelayOptions;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #events: EventReader;
  readonly #encoder = new TextEncoder();
  readonly #opened_at: number;
  #state: unknown;
  /** Events that were read and not yet rendered. */
  #queue: readonly UpstreamEvent[] = [];
  #queue_at = 0;
  /** Rendered and not yet written. */
  #text = "";
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
    const stop = this.#watch();
    const exit = await this.#relay(writer).catch((error: unknown): Exit => this.#exitOf(error));
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

  async #relay(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<Exit> {
    const { meter, hold } = this.#exchange;
    // What `begin` rendered may be more than the first stretch: one event can be megabytes.
    if (!(await hold.cover())) return { kind: "cut" };
    for (;;) {
      while (this.#queue_at < this.#queue.length && !this.#over) {
        const before = this.#text;
        this.#step();
        const covered = hold.cover();
        if (covered === true) continue;
        // What was covered goes out while the wallet is asked about the rest.
        const rest = this.#text.slice(before.length);
        this.#text = before;
        await this.#flush(writer);
        if (!(await covered)) return { kind: "cut" };
        this.#text = rest;
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
    const { state, parts } = this.#options.fold.step(this.#state, event);
    this.#state = state;
    this.#exchange.meter.observe(parts);
    this.#text += this.#options.renderer.event(event, parts);
  }

  get #over(): boolean {
    return this.#exchange.meter.ended || this.#exchange.meter.error !== null;
  }

  async #fill(): Promise<void> {
    this.#reading_since = this.#exchange.scope.effects.now();
    const { done, value } = await this.#reader.read();
    this.#reading_since = null;
    this.#source_ended = done;
    this.#queue = done ? this.#events.end() : this.#events.feed(value);
    this.#queue_at = 0;
  }

  /** Writes what is rendered. A caller that left never takes it: its leaving aborts the writer, which ends the wait. */
  async #flush(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    if (this.#text === "") return;
    const bytes = this.#encoder.encode(this.#text);
    this.#text = "";
    if (!this.#caller_gone) {
      this.#writing = true;
      try {
        await writer.write(bytes);
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
    if (!this.#drains) this.#options.abort.abort();
    this.#writer?.abort().catch(() => undefined);
  }

  /** Watches the caller and the clock, and keeps the hold alive, until the returned function is called. */
  #watch(): () => void {
    const { scope, attempt, hold } = this.#exchange;
    const { caller, abort } = this.#options;
    const onAbort = (): void => this.#leave();
    if (caller.aborted) onAbort();
    else caller.addEventListener("abort", onAbort);
    const { idle_ms, total_ms } = attempt.timeouts;
    let beaten_at = scope.effects.now();
    const tick = setInterval(
      () => {
        const now = scope.effects.now();
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
      },
      Math.min(TICK_MS, Math.max(50, Math.floor(Math.min(idle_ms, scope.config.AO_HEARTBEAT_MS) / 4))),
    );
    return () => {
      clearInterval(tick);
      caller.removeEventListener("abort", onAbort);
    };
  }

  #exitOf(error: unknown): Exit {
    const gone = this.#caller_gone || error instanceof CallerGone;
    if (!gone && this.#options.fold.isComplete?.(this.#state) === true) return { kind: "finished" };
    if (this.#timed_out_ms !== null) return { kind: "timed_out", after_ms: this.#timed_out_ms };
    if (this.#caller_gone || error instanceof CallerGone) return { kind: "caller_gone" };
    return { kind: "read_error", reason: nameOf(error) };
  }

  async #finish(writer: WritableStreamDefaultWriter<Uint8Array>, exit: Exit): Promise<void> {
    if (exit.kind !== "finished") this.#options.abort.abort();
    const exchange = this.#exchange;
    const bill = exit.kind === "cut" ? await exchange.billCut() : (exchange.billNow() ?? (await exchange.bill()));
    const gone = this.#caller_gone;
    const { ending, text } = this.#last(exit, bill, gone);
    // The settlement is on its way before the caller sees the end: a balance asked for next already has it.
    const settled = exchange.settle(ending, bill);
    if (!gone) {
      await writer
        .write(this.#encoder.encode(text))
        .then(() => writer.close())
        .catch(() => undefined);
    }
    await settled;
  }

  #last(exit: Exit, bill: Bill, gone: boolean): { readonly ending: Ending; readonly text: string } {
    const { renderer } = this.#options;
    const failed = (outcome: Ending["outcome"], refusal: Refusal) => ({
      ending: { outcome, status: errorStatus(refusal), error_code: refusal.code },
      text: renderer.error(errorBody(refusal, this.#exchange.scope.public_request_id)),
    });
    switch (exit.kind) {
      case "finished":
        return {
          ending: { outcome: gone ? "cancelled" : "completed", status: gone ? 499 : 200, error_code: null },
          text: renderer.end(this.#tail(bill, null)),
        };
      case "cut":
        return {
          ending: { outcome: "cut", status: 200, error_code: this.#exchange.hold.cut_reason },
          text: renderer.cut(this.#tail(bill, this.#exchange.hold.cut_reason)),
        };
      case "error_event":
        return failed("upstream_error", refusalOf(exit.error));
      case "truncated":
        return failed("incomplete", {
          code: "upstream_error",
          message: "The provider's stream ended before its answer was complete.",
        });
      case "read_error":
        return failed("upstream_error", {
          code: "upstream_error",
          message: `The provider's stream broke off (${exit.reason}).`,
        });
      case "timed_out":
        return failed("upstream_timeout", refusalOf(timeoutError(exit.after_ms)));
      case "caller_gone":
        return { ending: { outcome: "cancelled", status: 499, error_code: null }, text: "" };
      default:
        return unreachable(exit);
    }
  }

  /** A cut is always signalled; cost and wallet only to a caller that asked. */
  #tail(bill: Bill, cut: string | null): StreamTail {
    const available = this.#exchange.availableAfter(bill);
    const asked = {
      cost_usd: formatUsd(bill.cost_nano_usd),
      wallet_available_usd: available === null ? null : formatUsd(available),
      provider: this.#exchange.attempt.account.id,
      model: this.#exchange.attempt.name,
      usage_source: bill.source,
    };
    if (cut === null && !this.#options.wants_ao) return { usage: bill.usage, ao: null };
    return {
      usage: bill.usage,
      ao: { ...(this.#options.wants_ao ? asked : null), ...(cut === null ? null : { cut }) },
    };
  }
}

class CallerGone extends Error {}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "error");
