import type { Row } from "../measure/summary.ts";
import { figure, table } from "./table.ts";

const HEADS = ["target", "c", "req/s", "p50 ms", "p95", "p99", "added p50", "CPU µs/req", "later", "of bare"];
const STREAM_HEADS = ["first byte p50", "p99", "gap p50 ms", "p99", "bursts"];

/** The rows of one scenario as a table. */
export function scenarioTable(rows: readonly Row[]): string {
  const streams = rows.some(({ stream }) => stream !== null);
  return table(
    streams ? [...HEADS, ...STREAM_HEADS] : HEADS,
    rows.map((row) => [...cells(row), ...(streams ? streamCells(row) : [])]),
  );
}

const cells = (row: Row): readonly string[] => [
  row.failures === 0 ? row.target : `${row.target} (${row.failures} failed)`,
  String(row.concurrency),
  figure(row.requests_per_second),
  figure(row.latency_ms.p50),
  figure(row.latency_ms.p95),
  figure(row.latency_ms.p99),
  figure(row.added_p50_ms),
  figure(row.cpu_us_per_request),
  figure(row.later_cpu_us_per_request),
  figure(row.of_base),
];

const streamCells = ({ stream }: Row): readonly string[] =>
  stream === null
    ? []
    : [
        figure(stream.first_byte_ms.p50),
        figure(stream.first_byte_ms.p99),
        figure(stream.gap_ms.p50),
        figure(stream.gap_ms.p99),
        figure(stream.bursts_per_stream),
      ];
