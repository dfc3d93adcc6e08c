import type { Effects } from "../../../schema/kernel/effects.ts";
import { formatUsd, type NanoUsd } from "../../../schema/kernel/money.ts";
import type { Attributes, Span } from "./span.ts";

/** The caller's trace context, W3C. */
export interface ParentContext {
  readonly trace_id: string;
  readonly parent_id: string;
  /** Whether the caller keeps its part of the trace. */
  readonly sampled: boolean;
}

interface TraceParts {
  readonly effects: Pick<Effects, "now" | "randomBytes">;
  readonly parent: ParentContext | null;
  /** Share of the traces that are kept, 0 to 1; those of a caller who keeps its own, and failures, always are. */
  readonly ratio: number;
  readonly name: string;
  readonly started_at: number;
  readonly attributes: Attributes;
  /** Takes the spans of a trace that is kept, once. */
  readonly keep: (spans: readonly Span[]) => void;
}

/**
 * One request as a trace: spans of its steps below one of the whole. Steps are written down as they end and cost some
 * objects; nothing is sent before the request is over, and nothing waits for it.
 */
export class Trace {
  readonly trace_id: string;
  readonly span_id: string;
  readonly #parts: TraceParts;
  readonly #spans: Span[] = [];
  #attributes: Attributes;
  #held = false;
  #ended = false;

  constructor(parts: TraceParts) {
    this.#parts = parts;
    this.trace_id = parts.parent?.trace_id ?? hex(parts.effects.randomBytes(16));
    this.span_id = this.newSpanId();
    this.#attributes = parts.attributes;
  }

  newSpanId(): string {
    return hex(this.#parts.effects.randomBytes(8));
  }

  /** The header by which what is called goes on below a span. */
  traceparent(span_id: string): string {
    return `00-${this.trace_id}-${span_id}-${this.#sampled() ? "01" : "00"}`;
  }

  /** Facts about the whole request. */
  set(attributes: Attributes): void {
    this.#attributes = { ...this.#attributes, ...attributes };
  }

  /** Runs a step and writes it down, also when it throws. `describe` may say what came of it. */
  async step<Result>(
    name: string,
    run: () => Promise<Result>,
    describe: (result: Result) => { readonly error?: string | null; readonly attributes?: Attributes } = () => ({}),
  ): Promise<Result> {
    const started_at = this.#parts.effects.now();
    try {
      const result = await run();
      const { error = null, attributes = {} } = describe(result);
      this.add({ name, kind: "internal", started_at, attributes, error });
      return result;
    } catch (failure) {
      this.add({ name, kind: "internal", started_at, attributes: {}, error: "exception" });
      throw failure;
    }
  }

  /** A step that has ended now. */
  add(
    step: Pick<Span, "name" | "kind" | "started_at" | "attributes" | "error"> &
      Partial<Pick<Span, "span_id" | "events">>,
  ): void {
    if (this.#ended) return;
    this.#spans.push({
      trace_id: this.trace_id,
      span_id: step.span_id ?? this.newSpanId(),
      parent_id: this.span_id,
      ended_at: this.#parts.effects.now(),
      events: [],
      ...step,
    });
  }

  /** The request has a hold: it is over when that has ended, which may be long after its answer began. */
  hold(): void {
    this.#held = true;
  }

  /** The caller was answered: the end, unless a hold has one of its own. */
  answered(status: number): void {
    if (!this.#held) this.end(status, null);
  }

  /** The request is over. Repeated calls do nothing. */
  end(status: number, error: string | null): void {
    if (this.#ended) return;
    this.#ended = true;
    const { parent, name, started_at, effects, keep } = this.#parts;
    if (!this.#sampled() && status < 500) return;
    keep([
      {
        trace_id: this.trace_id,
        span_id: this.span_id,
        parent_id: parent?.parent_id ?? null,
        name,
        kind: "server",
        started_at,
        ended_at: effects.now(),
        attributes: { ...this.#attributes, "http.response.status_code": status },
        events: [],
        // Of a server's span only its own failures are errors, not what a caller did wrong.
        error: status >= 500 ? (error ?? String(status)) : null,
      },
      ...this.#spans,
    ]);
  }

  /** By the trace's id, so that every service that asks so keeps the same ones. */
  #sampled(): boolean {
    const { parent, ratio } = this.#parts;
    if (parent?.sampled === true) return true;
    return Number.parseInt(this.trace_id.slice(-8), 16) < ratio * 0x1_0000_0000;
  }
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Dollars as text: a trace's numbers are doubles. */
export const usdAttribute = (cost: NanoUsd): string => formatUsd(cost);
