import { merged, percentile } from "../measure/numbers.ts";
import { figure, table } from "../report/table.ts";
import { outageEnd, type Sending } from "./sending.ts";

/** Lags of events from being sent to being stored, in milliseconds of the bench's clock. */
export interface Lags {
  /** By when they were sent. */
  readonly parts: Readonly<Record<Part, LagFigures>>;
  /** From the end of the outage until nothing waited any more. */
  readonly caught_up_ms: number | null;
}

const PARTS = ["before the outage", "in the outage", "after the outage"] as const;
type Part = (typeof PARTS)[number];

interface LagFigures {
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly most_ms: number;
}

/** Takes down how late each event was stored, each time that it was. */
export class LagLog {
  readonly #lags: Readonly<Record<Part, number[]>> = {
    "before the outage": [],
    "in the outage": [],
    "after the outage": [],
  };
  readonly #sending: Sending;
  #caught_up_ms: number | null = null;

  constructor(sending: Sending) {
    this.#sending = sending;
  }

  stored(sent_at: number, now: number): void {
    const part = sent_at < this.#sending.outage_from ? 0 : sent_at < outageEnd(this.#sending) ? 1 : 2;
    this.#lags[PARTS[part]].push(now - sent_at);
  }

  /** The queue is empty. */
  nothingWaits(now: number): void {
    if (now >= outageEnd(this.#sending)) this.#caught_up_ms ??= now - outageEnd(this.#sending);
  }

  get figures(): Lags {
    const figuresOf = (part: Part): LagFigures => {
      const sorted = merged([Float32Array.from(this.#lags[part])]);
      return { p50_ms: percentile(sorted, 0.5), p99_ms: percentile(sorted, 0.99), most_ms: percentile(sorted, 1) };
    };
    return {
      parts: {
        "before the outage": figuresOf("before the outage"),
        "in the outage": figuresOf("in the outage"),
        "after the outage": figuresOf("after the outage"),
      },
      caught_up_ms: this.#caught_up_ms,
    };
  }
}

export function lagTable({ parts, caught_up_ms }: Lags): string {
  const rows = PARTS.map((part) => {
    const { p50_ms, p99_ms, most_ms } = parts[part];
    return [part, ...[p50_ms, p99_ms, most_ms].map((ms) => figure(ms / 1_000))];
  });
  const caught_up =
    caught_up_ms === null
      ? "Something waited until the end."
      : `Nothing waited any more ${figure(caught_up_ms / 1_000)} s after the outage.`;
  return `${table(["sent", "lag p50 s", "p99 s", "most s"], rows)}\n\n${caught_up}`;
}
