import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import * as z from "zod";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { bucketMs, bucketOf } from "../../../schema/kernel/log-buckets.ts";
import { LOG_BEGINS } from "../../../schema/rollup/statements.ts";
import type { EventOf } from "../../../schema/wire/events.ts";
import type { RequestOutcome } from "../../../schema/wire/request-record.ts";
import { latencyLines } from "../../../workers/dashboard/latency/lines.ts";
import { latencyBody, latencyQuery } from "../../../workers/dashboard/latency/query.ts";
import { latencyCsv, latencyJson } from "../../../workers/dashboard/latency/render.ts";
import { COUNT_LIMITS, type CountLimits } from "../../../workers/dashboard/latency/sum.ts";
import { databaseOf } from "../../../workers/dashboard/store/database.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { completed, context, HOUR, HOUR_MS, record } from "./make-event.ts";

/** Real events through the real consumer into D1; percentiles that come out are compared with exact ones. */

beforeEach(fresh);

type Completed = EventOf<"request.completed">;

function query(body: object) {
  const range = { from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z" };
  const read = latencyQuery(latencyBody.parse({ ...range, ...body }), HOUR);
  if (isRefused(read)) throw new Error(read.refused.message);
  return read;
}

async function text(chunks: AsyncGenerator<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let whole = "";
  for await (const chunk of chunks) whole += decoder.decode(chunk, { stream: true });
  return whole;
}

const durations = z.object({
  requests: z.number(),
  p50_ms: z.number().nullable(),
  p95_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
});
const answer = z.object({
  relative_error: z.number(),
  data: z.array(
    z.looseObject({
      time: z.string().optional(),
      model: z.string().optional(),
      requests: z.number(),
      error_rate: z.number().nullable(),
      latency: durations,
      first_byte: durations,
    }),
  ),
});

async function ask(body: object, limits: CountLimits = COUNT_LIMITS, org_id = "org_1") {
  const asked = query(body);
  const lines = latencyLines(databaseOf(env.DB), org_id, asked, limits);
  return answer.parse(JSON.parse(await text(latencyJson(asked, lines))));
}

/** Some hundred requests over three hours of two models, with latencies from 0 ms to minutes, some of them failed. */
function requests(): Completed[] {
  const outcomes: readonly RequestOutcome[] = ["completed", "completed", "cut", "cancelled", "upstream_error"];
  return Array.from({ length: 300 }, (_, index) => {
    const latency_ms = Math.floor(((index * 7_919) % 1_009) ** 2 / 9);
    const model = `openai/m${index % 2}`;
    return completed(`e${index}`, {
      at: HOUR + ((index * 37) % 180) * 60_000,
      context: { ...context, model },
      record: {
        ...record,
        outcome: outcomes[index % 5] ?? "completed",
        latency_ms,
        first_byte_ms: index % 3 === 0 ? null : Math.floor(latency_ms / (2 + (index % 4))),
      },
    });
  });
}

async function deliverAll(events: readonly Completed[]): Promise<void> {
  for (let from = 0; from < events.length; from += 100) await deliver(flights(...events.slice(from, from + 100)));
}

/** The value of nearest rank. */
function exact(values: readonly number[], quantile: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1] ?? null;
}

function expectWithin(shown: z.infer<typeof durations>, values: readonly number[], error: number): void {
  expect(shown.requests).toBe(values.length);
  for (const [ms, quantile] of [
    [shown.p50_ms, 0.5],
    [shown.p95_ms, 0.95],
    [shown.p99_ms, 0.99],
  ] as const) {
    const true_ms = exact(values, quantile);
    if (ms === null || true_ms === null) expect(ms).toBe(true_ms);
    // Answers are rounded to a hundredth of a millisecond.
    else expect(Math.abs(ms - true_ms), `p${quantile * 100} ${true_ms}`).toBeLessThanOrEqual(true_ms * error + 0.005);
  }
}

const latencies = (events: readonly Completed[]) =>
  events.flatMap((event) => (["completed", "cut"].includes(event.record.outcome) ? [event.record.latency_ms] : []));
const firstBytes = (events: readonly Completed[]) =>
  events.flatMap((event) => (event.record.first_byte_ms === null ? [] : [event.record.first_byte_ms]));

test("percentiles are within the stated error of the exact ones, over any hours and models", async () => {
  const events = requests();
  await deliverAll(events);
  const total = await ask({ group_by: [] });
  expect(total.relative_error).toBe(0.01);
  expect(total.data).toHaveLength(1);
  for (const row of total.data) {
    expectWithin(row.latency, latencies(events), total.relative_error);
    expectWithin(row.first_byte, firstBytes(events), total.relative_error);
    expect([row.requests, row.error_rate]).toEqual([300, 0.2]);
  }
  const hourly = await ask({ group_by: ["model", "provider"], granularity: "hour" });
  expect(hourly.data).toHaveLength(6);
  for (const row of hourly.data) {
    const from = Date.parse(row.time ?? "");
    const inside = events.filter(
      ({ at, context: { model } }) => at >= from && at < from + HOUR_MS && model === row.model,
    );
    expect(row).toMatchObject({ provider: "openai", requests: inside.length });
    expectWithin(row.latency, latencies(inside), hourly.relative_error);
    expectWithin(row.first_byte, firstBytes(inside), hourly.relative_error);
  }
});

test("a part of an hour is counted to the millisecond, and slices of any size say the same", async () => {
  const events = requests();
  await deliverAll(events);
  const [from, to] = [HOUR + 600_001, HOUR + 2 * HOUR_MS + 1_800_000];
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const inside = events.filter(({ at, context: { model } }) => at >= from && at < to && model === "openai/m1");
  const { data, relative_error } = await ask({ ...range, filter: { model: "openai/m1", provider: ["openai", "x"] } });
  expect(data.map(({ model }) => model)).toEqual(["openai/m1"]);
  for (const row of data) {
    expectWithin(row.latency, latencies(inside), relative_error);
    expectWithin(row.first_byte, firstBytes(inside), relative_error);
  }
  const body = { ...range, granularity: "hour" };
  const whole = await ask(body);
  expect(await ask(body, { slice: 150, folded: 1, slices: 50 })).toEqual(whole);
  expect(await ask(range, { slice: 75, folded: 2, slices: 50 })).toEqual(await ask(range));
  await expect(ask(body, { slice: 150, folded: 1, slices: 1 })).rejects.toThrow("too_many_rows");
});

test("days of a zone that is half an hour off are counted from the log", async () => {
  const midnight = Date.UTC(2026, 10, 9, 18, 30);
  const took = (latency_ms: number) => ({ record: { ...record, latency_ms, first_byte_ms: null } });
  await deliver(
    flights(completed("e1", { at: midnight - 1, ...took(100) }), completed("e2", { at: midnight, ...took(900) })),
  );
  const stored = (ms: number) => Math.round(bucketMs(bucketOf(ms)));
  const { data } = await ask({ granularity: "day", time_zone: "Asia/Kolkata", group_by: [] });
  expect(
    data.map(({ time, latency, first_byte }) => [time, Math.round(latency.p50_ms ?? 0), first_byte.p99_ms]),
  ).toEqual([
    ["2026-11-08T18:30:00.000Z", stored(100), null],
    ["2026-11-09T18:30:00.000Z", stored(900), null],
  ]);
});

test("by what counts are not kept of, all of it comes from the log, and nothing where that was deleted", async () => {
  const events = requests();
  await deliverAll(events);
  const { data, relative_error } = await ask({ group_by: [], filter: { key: context.key_id } });
  expect(data).toHaveLength(1);
  for (const row of data) expectWithin(row.latency, latencies(events), relative_error);
  expect((await ask({ group_by: [], filter: { key: "key_other" } })).data).toEqual([]);
  await env.DB.prepare("INSERT INTO job_state (job, cursor) VALUES (?, ?)").bind(LOG_BEGINS, String(HOUR)).run();
  await expect(ask({ filter: { key: context.key_id } })).rejects.toThrow("log_deleted");
  expect((await ask({ group_by: [], filter: { provider: "openai" } })).data).toEqual(data);
});

test("CSV has the same figures, and another org's are not there", async () => {
  await deliver(flights(completed("e1"), completed("e2", { org_id: "org_2" })));
  const asked = query({});
  const csv = await text(latencyCsv(asked, latencyLines(databaseOf(env.DB), "org_1", asked)));
  expect(csv.split("\r\n")).toEqual([
    "provider,model,requests,errors,error_rate,cache_hits,cache_hit_rate,latency_requests,latency_p50_ms,latency_p95_ms,latency_p99_ms,first_byte_requests,first_byte_p50_ms,first_byte_p95_ms,first_byte_p99_ms",
    expect.stringMatching(/^openai,openai\/gpt-5,1,0,0,0,0,1,39\d\.\d+,39\d\.\d+,39\d\.\d+,1,1[12]\d/),
    "",
  ]);
  expect((await ask({}, COUNT_LIMITS, "org_3")).data).toEqual([]);
});
