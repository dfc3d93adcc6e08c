import type { JobResult } from "../client/job.ts";
import { median, merged, percentile, sum } from "./numbers.ts";
import type { Measured } from "./rounds.ts";
import type { Scenario } from "./target.ts";

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** One row of a table. Times are milliseconds unless named otherwise. */
export interface Row {
  readonly target: string;
  readonly concurrency: number;
  readonly requests: number;
  readonly failures: number;
  readonly first_failure: string | null;
  readonly requests_per_second: number;
  /** Lowest and highest of the rounds: how far the machine can be trusted. */
  readonly requests_per_second_range: readonly [number, number];
  readonly latency_ms: Percentiles;
  readonly cpu_us_per_request: number | null;
  /** CPU time after the last answer: outbox, queue, log. What of it falls into the round is in the figure above. */
  readonly later_cpu_us_per_request: number | null;
  /** Requests per second as a part of the base's in the same round, the median of the rounds. */
  readonly of_base: number;
  /** Median latency beyond that of the direct target. */
  readonly added_p50_ms: number | null;
  readonly stream: StreamFigures | null;
}

export interface StreamFigures {
  readonly first_byte_ms: Percentiles;
  readonly gap_ms: Percentiles;
  /** Reads with more than one event, as a share of the events. */
  readonly bursts_per_stream: number;
  readonly events_per_stream: number;
}

/** Condenses what was measured, row by row in the order of measuring. The first target is the direct one. */
export function summarise(scenario: Scenario, measured: readonly Measured[]): readonly Row[] {
  return measured.map((own) => {
    const peer = (name: string | undefined) =>
      measured.find(({ target, concurrency }) => target.name === name && concurrency === own.concurrency);
    return rowOf(own, peer(scenario.base), peer(scenario.targets[0]?.name));
  });
}

function rowOf(own: Measured, base: Measured | undefined, direct: Measured | undefined): Row {
  const results = own.rounds.map(({ result }) => result);
  const requests = sum(results.map((result) => result.requests));
  const rates = results.map(rate);
  const per_request = (total: number): number | null => (own.target.workerd === null ? null : total / requests);
  const latency_ms = percentiles(results.map((result) => result.latencies_ms));
  return {
    target: own.target.name,
    concurrency: own.concurrency,
    requests,
    failures: sum(results.map((result) => result.failures)),
    first_failure: results.find((result) => result.first_failure !== null)?.first_failure ?? null,
    requests_per_second: (requests * 1000) / sum(results.map((result) => result.elapsed_ms)),
    requests_per_second_range: [Math.min(...rates), Math.max(...rates)],
    latency_ms,
    cpu_us_per_request: per_request(sum(own.rounds.map(({ cpu_us }) => cpu_us))),
    later_cpu_us_per_request: per_request(sum(own.rounds.map(({ later_cpu_us }) => later_cpu_us))),
    of_base: median(rates.map((value, round) => value / rateIn(base, round))),
    added_p50_ms: direct === undefined ? null : latency_ms.p50 - medianLatency(direct),
    stream: own.target.job.stream ? streamFigures(results, requests) : null,
  };
}

const rate = (result: JobResult): number => (result.requests * 1000) / result.elapsed_ms;

function rateIn(base: Measured | undefined, round: number): number {
  const other = base?.rounds[round];
  return other === undefined ? Number.NaN : rate(other.result);
}

const medianLatency = ({ rounds }: Measured): number =>
  percentile(merged(rounds.map(({ result }) => result.latencies_ms)), 0.5);

function streamFigures(results: readonly JobResult[], streams: number): StreamFigures {
  return {
    first_byte_ms: percentiles(results.map((result) => result.first_byte_ms)),
    gap_ms: percentiles(results.map((result) => result.gaps_ms)),
    bursts_per_stream: sum(results.map((result) => result.bursts)) / streams,
    events_per_stream: sum(results.map((result) => result.events)) / streams,
  };
}

function percentiles(arrays: readonly Float32Array[]): Percentiles {
  const sorted = merged(arrays);
  return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99) };
}
