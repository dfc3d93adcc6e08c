import { env } from "cloudflare:workers";
import parsePrometheusTextFormat from "parse-prometheus-text-format";
import { beforeEach, describe, expect, test } from "vitest";
import { recordEvents } from "../../../workers/cron/events/record-events.ts";
import { METRIC_MODELS } from "../../../workers/cron/metrics/add-to-totals.ts";
import { metricsOf } from "../../../workers/gateway/metrics/metrics-of.ts";
import { readFigures } from "../../../workers/gateway/metrics/read-figures.ts";
import { writeExposition } from "../../../workers/gateway/metrics/write-exposition.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { adjusted, completed, context, HOUR, record } from "./make-event.ts";

beforeEach(fresh);

const exposition = async () => writeExposition(metricsOf(await readFigures(env.DB), null));

/** The exposition as a parser that is not ours reads it: metrics by name, without the prefix. */
const read = (text: string) =>
  new Map(parsePrometheusTextFormat(text).map((metric) => [metric.name.replace("ai_orchestrator_", ""), metric]));

const scraped = async () => read(await exposition());
const samples = async (name: string) => (await scraped()).get(name)?.metrics;

/** A histogram's lines as they are, its buckets by their bounds: the parser keeps no labels of what it knows as one. */
async function histogram(name: string) {
  const lines = read((await exposition()).replaceAll(/^# TYPE .* histogram$/gm, ""));
  const buckets = lines.get(`${name}_bucket`)?.metrics ?? [];
  return {
    buckets: Object.fromEntries(buckets.map(({ labels, value }) => [labels?.le, value])),
    sum: lines.get(`${name}_sum`)?.metrics,
    count: lines.get(`${name}_count`)?.metrics,
  };
}

const GPT = { provider: "openai", model: "openai/gpt-5" };

describe("the totals", () => {
  test("count each event once, however often and in whatever batches it comes", async () => {
    const events = [completed("e1"), completed("e2"), adjusted("a1", "e1")];
    await deliver(flights(...events, completed("e1")));
    await deliver(flights(...events));
    await deliver(flights(completed("e2"), completed("e3")));
    expect(await samples("requests_total")).toEqual([{ labels: { ...GPT, outcome: "completed" }, value: "3" }]);
    expect(await samples("provider_calls_total")).toEqual([{ labels: GPT, value: "3" }]);
    expect(await samples("tokens_total")).toEqual([
      { labels: { ...GPT, direction: "input" }, value: "360" },
      { labels: { ...GPT, direction: "output" }, value: "105" },
    ]);
    expect(await samples("cost_usd_total")).toEqual([{ labels: GPT, value: "0.000003070" }]);
  });

  test("never fall: what a correction gives back is a counter of its own", async () => {
    await deliver(flights(completed("e1")));
    await deliver(flights(adjusted("a1", "e1", { reason: "correction", cost_nano_usd: -400, record })));
    expect(await samples("cost_usd_total")).toEqual([{ labels: GPT, value: "0.000001000" }]);
    expect(await samples("credited_usd_total")).toEqual([{ labels: GPT, value: "0.000000400" }]);
  });

  test("are of all orgs, and stay when the log is deleted", async () => {
    await deliver(flights(completed("e1"), completed("e2", { org_id: "org_2" })));
    await env.DB.prepare("DELETE FROM request_log").run();
    expect(await samples("requests_total")).toEqual([{ labels: { ...GPT, outcome: "completed" }, value: "2" }]);
  });

  test("have latencies as cumulative histograms, of what was delivered", async () => {
    const took = (
      id: string,
      latency_ms: number,
      first_byte_ms: number | null,
      outcome: "completed" | "upstream_error",
    ) => completed(id, { record: { ...record, latency_ms, first_byte_ms, outcome } });
    await deliver(
      flights(
        took("e1", 50, 10, "completed"),
        took("e2", 51, null, "completed"),
        took("e3", 900_000, 300_000, "completed"),
        took("e4", 7, 3, "upstream_error"),
      ),
    );
    expect(await histogram("request_duration_seconds")).toMatchObject({
      buckets: { "0.05": "1", "0.1": "2", "300": "2", "+Inf": "3" },
      sum: [{ labels: GPT, value: "900.101" }],
      count: [{ labels: GPT, value: "3" }],
    });
    expect(await histogram("time_to_first_byte_seconds")).toMatchObject({
      buckets: { "0.05": "2", "120": "2", "300": "3", "+Inf": "3" },
      sum: [{ labels: GPT, value: "300.013" }],
      count: [{ labels: GPT, value: "3" }],
    });
    expect((await samples("request_duration_seconds"))?.[0]?.buckets).toMatchObject({ "0.05": "1", "+Inf": "3" });
  });

  test("have a bounded number of series: what comes later is other", async () => {
    const more = 5;
    const events = Array.from({ length: METRIC_MODELS + more }, (_, index) =>
      completed(`e${index}`, { context: { ...context, model: `openai/model-${index}` } }),
    );
    for (let at = 0; at < events.length; at += 50)
      await recordEvents(env.DB, events.slice(at, at + 50), `b${at}`, HOUR);
    const requests = (await samples("requests_total")) ?? [];
    expect(requests).toHaveLength(METRIC_MODELS + 1);
    expect(requests).toContainEqual({
      labels: { provider: "other", model: "other", outcome: "completed" },
      value: String(more),
    });
  });

  test("name what callers and administrators wrote as it is, quotes and line breaks included", async () => {
    const model = 'openai/a "quoted" \\ back\nslash';
    await deliver(flights(completed("e1", { context: { ...context, model } })));
    expect((await samples("requests_total"))?.[0]?.labels?.model).toBe(model);
  });
});

describe("the state of the deployment", () => {
  test("is providers by kind and health, letters that wait, jobs, and how new the log is", async () => {
    await env.DB.batch([
      env.DB.prepare("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'One', 0)"),
      env.DB.prepare(
        "INSERT INTO providers (id, org_id, kind, name, created_at, enabled) VALUES ('a', 'org_1', 'openai', 'A', 0, 1), ('b', 'org_1', 'openai', 'B', 0, 1), ('c', 'org_1', 'groq', 'C', 0, 0)",
      ),
      env.DB.prepare(
        "INSERT INTO provider_health (org_id, provider_id, state, since) VALUES ('org_1', 'a', 'down', 0), ('org_1', 'c', 'healthy', 0)",
      ),
      env.DB.prepare(
        "INSERT INTO dead_letters (id, queue, at, attempts, reason, body, replayed_at) VALUES ('1', 'ao-events', 0, 5, 'x', '{}', NULL), ('2', 'ao-events', 0, 5, 'x', '{}', 1)",
      ),
      env.DB.prepare(
        `INSERT INTO job_runs (job, scheduled_at) VALUES ('sweep-wallets', 1000), ('sweep-wallets', ${HOUR})`,
      ),
    ]);
    await deliver(flights(completed("e1", { at: HOUR + 5_250 })));
    expect(await samples("providers")).toEqual([
      { labels: { kind: "openai", state: "down" }, value: "1" },
      { labels: { kind: "openai", state: "unknown" }, value: "1" },
    ]);
    expect(await samples("dead_letters")).toEqual([{ labels: { queue: "ao-events" }, value: "1" }]);
    expect(await samples("job_last_run_timestamp_seconds")).toEqual([
      { labels: { job: "sweep-wallets" }, value: String(HOUR / 1_000) },
    ]);
    expect(await samples("last_request_timestamp_seconds")).toEqual([{ value: String((HOUR + 5_250) / 1_000) }]);
  });

  test("every metric is named by convention, with a help and a type, whether it has samples or not", async () => {
    const metrics = await scraped();
    expect(metrics.size).toBe(16);
    for (const [name, { type, help }] of metrics) {
      expect(help).toMatch(/\.$/);
      expect(type === "COUNTER").toBe(name.endsWith("_total"));
      if (type === "HISTOGRAM") expect(name).toMatch(/_seconds$/);
    }
  });
});
