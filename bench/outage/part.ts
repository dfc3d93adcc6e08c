import { merged, percentile } from "../measure/numbers.ts";
import { table } from "../report/table.ts";

/** One request as its caller saw it. */
export interface Sent {
  /** When it was sent and for how long it was open, milliseconds. */
  readonly at: number;
  readonly took_ms: number;
  readonly status: number;
  /** The model that answered; null where none did. */
  readonly model: string | null;
  /** How many calls of providers it took. */
  readonly calls: number;
}

/** What a part of a run comes to. */
export interface PartFigures {
  readonly requests: number;
  readonly answered: number;
  readonly calls_each: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

export function figuresOf(part: readonly Sent[]): PartFigures {
  const latencies = merged([Float32Array.from(part.map(({ took_ms }) => took_ms))]);
  const calls = part.reduce((sum, one) => sum + one.calls, 0);
  return {
    requests: part.length,
    answered: part.filter(({ status }) => status === 200).length,
    calls_each: calls / part.length,
    p50_ms: percentile(latencies, 0.5),
    p99_ms: percentile(latencies, 0.99),
  };
}

/** What one part took longer than the other, which ran at the same time. */
export function addedBy(part: PartFigures, beside: PartFigures): { readonly p50_ms: number; readonly p99_ms: number } {
  return { p50_ms: part.p50_ms - beside.p50_ms, p99_ms: part.p99_ms - beside.p99_ms };
}

/** A row for each part. */
export function partsTable(parts: Readonly<Record<string, PartFigures>>): string {
  const rows = Object.entries(parts).map(([name, part]) => [
    name,
    part.requests.toLocaleString("en"),
    `${((100 * part.answered) / part.requests).toFixed(2)} %`,
    part.calls_each.toFixed(4),
    part.p50_ms.toFixed(1),
    part.p99_ms.toFixed(1),
  ]);
  return table(["part", "requests", "answered", "calls each", "p50 ms", "p99 ms"], rows);
}

/**
 * An outage before and after its breaker is open: `open` begins with the first request that another model answered at the
 * first call.
 */
export function splitAtOpening(outage: readonly Sent[]): {
  readonly opening: readonly Sent[];
  readonly open: readonly Sent[];
} {
  const from = Math.min(...outage.filter(({ calls }) => calls === 1).map(({ at }) => at));
  return { opening: outage.filter(({ at }) => at < from), open: outage.filter(({ at }) => at >= from) };
}
