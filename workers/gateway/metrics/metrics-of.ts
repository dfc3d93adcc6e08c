import { formatUsdSum } from "../../../schema/kernel/money.ts";
import { LATENCY_BOUNDS_MS, NO_BOUND_MS } from "../../../schema/metrics/latency-buckets.ts";
import type { Metric, Sample } from "./metric.ts";
import type { Figures } from "./read-figures.ts";

/** How much waits in the queue of events; null when the queue does not say. */
export interface Backlog {
  readonly messages: number;
  readonly bytes: number;
}

/** All metrics of the deployment. The list stands in docs/metrics.md. */
export const metricsOf = (figures: Figures, backlog: Backlog | null): readonly Metric[] => [
  counter(
    "requests_total",
    "Requests that were admitted and have ended.",
    figures.requests.filter(({ requests }) => requests !== "0"),
    ({ provider_id, model, outcome, requests }) => ({
      labels: { provider: provider_id, model, outcome },
      value: requests,
    }),
  ),
  ofModels("provider_calls_total", "Calls of providers, those that failed over included.", figures, "attempts"),
  {
    name: "tokens_total",
    type: "counter",
    help: "Tokens that were charged, by side: input is the prompt's, output the answer's.",
    samples: byModel(figures).flatMap(({ labels, sums }) =>
      (["input", "output"] as const).map((direction) => ({
        labels: { ...labels, direction },
        value: String(sums[`${direction}_tokens`]),
      })),
    ),
  },
  ofMoney("cost_usd_total", "US dollars that were charged, by posting.", figures, "charged_nano_usd"),
  ofMoney("credited_usd_total", "US dollars that corrections gave back.", figures, "credited_nano_usd"),
  counter(
    "cache_requests_total",
    "Requests that a setting of the response cache was for, by what it did.",
    figures.cache,
    ({ provider_id, model, status, requests }) => ({
      labels: { provider: provider_id, model, status },
      value: requests,
    }),
  ),
  counter(
    "cache_saved_usd_total",
    "US dollars that answers from the cache would have cost more.",
    figures.cache.filter(({ status }) => status.startsWith("hit")),
    ({ provider_id, model, status, saved_nano_usd }) => ({
      labels: { provider: provider_id, model, status },
      value: formatUsdSum(BigInt(saved_nano_usd)),
    }),
  ),
  histogram(
    "request_duration_seconds",
    "Seconds from a request's arrival to the end of its delivered answer.",
    figures,
    "latency",
  ),
  histogram(
    "time_to_first_byte_seconds",
    "Seconds from a request's arrival to the first byte of its answer.",
    figures,
    "first_byte",
  ),
  counter(
    "text_failures_total",
    "Requests whose texts were to be stored and were not, by what failed.",
    figures.text_failures,
    ({ reason, requests }) => ({ labels: { reason }, value: requests }),
  ),
  {
    name: "providers",
    type: "gauge",
    help: "Enabled providers of all organisations, by kind and by what their monitors say.",
    samples: figures.providers.map(({ kind, state, providers }) => ({
      labels: { kind, state },
      value: String(providers),
    })),
  },
  {
    name: "dead_letters",
    type: "gauge",
    help: "Queue messages that could not be consumed and wait for somebody.",
    samples: figures.dead_letters.map(({ queue, letters }) => ({ labels: { queue }, value: String(letters) })),
  },
  gauge("queue_backlog_messages", "Messages that wait in the queue of events.", backlog?.messages ?? null),
  gauge("queue_backlog_bytes", "Bytes that wait in the queue of events.", backlog?.bytes ?? null),
  {
    name: "job_last_run_timestamp_seconds",
    type: "gauge",
    help: "When each scheduled job was last triggered.",
    samples: figures.jobs.map(({ job, at }) => ({ labels: { job }, value: seconds(at) })),
  },
  gauge(
    "last_request_timestamp_seconds",
    "When the newest request of the log ended.",
    figures.newest[0]?.at ?? null,
    seconds,
  ),
];

/** Milliseconds as seconds, exactly. */
const seconds = (ms: number): string => String(ms / 1_000);

function counter<Row>(name: string, help: string, rows: readonly Row[], sample: (row: Row) => Sample): Metric {
  return { name, type: "counter", help, samples: rows.map(sample) };
}

function gauge(name: string, help: string, value: number | null, write: (value: number) => string = String): Metric {
  return { name, type: "gauge", help, samples: value === null ? [] : [{ labels: {}, value: write(value) }] };
}

const SUMS = ["attempts", "input_tokens", "output_tokens", "charged_nano_usd", "credited_nano_usd"] as const;
type Sum = (typeof SUMS)[number];

interface ModelSums {
  readonly labels: { readonly provider: string; readonly model: string };
  readonly sums: Readonly<Record<Sum, bigint>>;
}

/** The totals of each model over all outcomes. */
function byModel({ requests }: Figures): readonly ModelSums[] {
  const models = new Map<string, ModelSums>();
  for (const row of requests) {
    const name = JSON.stringify([row.provider_id, row.model]);
    const before = models.get(name)?.sums;
    const add = (sum: Sum): bigint => (before?.[sum] ?? 0n) + BigInt(row[sum]);
    models.set(name, {
      labels: { provider: row.provider_id, model: row.model },
      sums: {
        attempts: add("attempts"),
        input_tokens: add("input_tokens"),
        output_tokens: add("output_tokens"),
        charged_nano_usd: add("charged_nano_usd"),
        credited_nano_usd: add("credited_nano_usd"),
      },
    });
  }
  return [...models.values()];
}

const ofModels = (name: string, help: string, figures: Figures, sum: Sum): Metric =>
  counter(name, help, byModel(figures), ({ labels, sums }) => ({ labels, value: String(sums[sum]) }));

const ofMoney = (name: string, help: string, figures: Figures, sum: Sum): Metric =>
  counter(name, help, byModel(figures), ({ labels, sums }) => ({ labels, value: formatUsdSum(sums[sum]) }));

/** Cumulative, as Prometheus has them. Bounds that are not of this version count at the next one. */
function histogram(name: string, help: string, { latencies }: Figures, metric: "latency" | "first_byte"): Metric {
  const series = new Map<string, Figures["latencies"]>();
  for (const row of latencies) {
    if (row.metric !== metric) continue;
    const key = JSON.stringify([row.provider_id, row.model]);
    series.set(key, [...(series.get(key) ?? []), row]);
  }
  return { name, type: "histogram", help, samples: [...series.values()].flatMap(samplesOf) };
}

function samplesOf(rows: Figures["latencies"]): readonly Sample[] {
  const [{ provider_id, model } = { provider_id: "", model: "" }] = rows;
  const labels = { provider: provider_id, model };
  const upTo = (bound: number): number =>
    rows.reduce((sum, row) => (row.bound_ms <= bound ? sum + row.requests : sum), 0);
  return [
    ...LATENCY_BOUNDS_MS.map((bound) => ({
      suffix: "_bucket",
      labels: { ...labels, le: seconds(bound) },
      value: String(upTo(bound)),
    })),
    { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: String(upTo(NO_BOUND_MS)) },
    { suffix: "_sum", labels, value: seconds(rows.reduce((sum, { sum_ms }) => sum + sum_ms, 0)) },
    { suffix: "_count", labels, value: String(upTo(NO_BOUND_MS)) },
  ];
}
