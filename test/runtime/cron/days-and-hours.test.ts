import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { FOLD_HOURS } from "../../../schema/rollup/days.ts";
import { chargebackQuery } from "../../../workers/dashboard/chargeback/query.ts";
import { sumPostings } from "../../../workers/dashboard/chargeback/sum.ts";
import { latencyLines } from "../../../workers/dashboard/latency/lines.ts";
import { latencyBody, latencyQuery } from "../../../workers/dashboard/latency/query.ts";
import { COUNT_LIMITS } from "../../../workers/dashboard/latency/sum.ts";
import { costLines } from "../../../workers/dashboard/spend/lines.ts";
import { costBody, costQuery } from "../../../workers/dashboard/spend/query.ts";
import { SUM_LIMITS } from "../../../workers/dashboard/spend/sum.ts";
import { databaseOf } from "../../../workers/dashboard/store/database.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { adjusted, completed, context, HOUR_MS, record } from "./make-event.ts";
import { recordingDatabase } from "./recording-database.ts";

/**
 * Three orgs have the same postings, twenty days over which clocks are put back: one has hours alone, one is folded into the
 * middle of a day, one wholly. Some postings came late. What is asked of one must be what is asked of the others.
 */

const DAY_MS = 24 * HOUR_MS;
const BEGIN = Date.UTC(2026, 9, 18);
const DAYS = 20;
const END = BEGIN + DAYS * DAY_MS;
const ORGS = ["org_hours", "org_part", "org_days"] as const;
const PART = BEGIN + 11 * DAY_MS + 7 * HOUR_MS;

/** What was posted to each of them. */
const made: { readonly at: number; readonly cost_nano_usd: number }[] = [];

function eventsOf(org_id: string, first: number, count: number) {
  return Array.from({ length: count }, (_, place) => {
    const index = first + place;
    const at =
      index % 5 === 0
        ? BEGIN + ((index * 13) % DAYS) * DAY_MS - (index % 2)
        : BEGIN + ((index * 104_729_333) % (DAYS * DAY_MS));
    const outcome = (["completed", "cut", "upstream_error", "cancelled"] as const)[index % 4] ?? "completed";
    const place_of = {
      org_id,
      wallet_id: `wal_${index % 4}`,
      team_id: index % 5 === 0 ? null : `tem_${index % 3}`,
      cost_center: index % 3 === 0 ? null : `CC-${index % 2}`,
      context: {
        ...context,
        org_id,
        model: `openai/m${index % 3}`,
        feature: index % 4 === 0 ? null : "chat",
        subject: `user-${index % 6}`,
        tags: { env: index % 2 === 0 ? "prod" : "test" },
      },
    };
    const request = completed(`${org_id}-${index}`, {
      ...place_of,
      at,
      cost_nano_usd: (index % 7) * 1_234_567_890_123 + index,
      record: {
        ...record,
        outcome,
        usage_source: index % 6 === 0 ? "cache" : "provider",
        status: outcome === "upstream_error" ? 502 : 200,
        latency_ms: (index * 37) % 5_000,
        first_byte_ms: index % 5 === 0 ? null : (index * 11) % 900,
      },
    });
    if (index % 4 !== 0) return [request];
    const correction = { ...place_of, at: at + 3 * HOUR_MS + 1, reason: "correction", cost_nano_usd: -index } as const;
    return [request, adjusted(`${org_id}-a${index}`, `${org_id}-${index}`, correction)];
  }).flat();
}

const deliverTo = async (org_id: string, first: number, count: number) => {
  const events = eventsOf(org_id, first, count);
  await deliver(flights(...events));
  if (org_id !== ORGS[0]) return;
  made.push(...events.map(({ at, cost_nano_usd }) => ({ at, cost_nano_usd })));
};

const fold = (org_id: string, from: number, to: number) =>
  env.DB.batch(FOLD_HOURS.map((sql) => env.DB.prepare(sql).bind(org_id, from, to)));

beforeAll(async () => {
  await fresh();
  for (const org_id of ORGS) await deliverTo(org_id, 0, 300);
  await fold("org_part", 0, PART);
  await fold("org_days", 0, PART);
  await fold("org_days", PART, END + 2 * DAY_MS);
  for (const org_id of ORGS) await deliverTo(org_id, 300, 60);
}, 120_000);

type Asked = Readonly<Record<string, unknown>>;

/** All that an answer shows, in its order. Names are left out: nothing here has one. */
async function costs(org_id: string, body: Asked, slice: number): Promise<unknown> {
  const query = costQuery(costBody.parse(body), BEGIN);
  if (isRefused(query)) return query.refused.message;
  const rows: unknown[] = [];
  for await (const answer of costLines(databaseOf(env.DB), org_id, query, { ...SUM_LIMITS, slice })) {
    if (answer.status !== "lines") return answer.status;
    for (const { start, group, other, previous } of answer.lines) {
      const shown = [group.figures, previous].map((of) => of && [of.cost_nano_usd, [...of.counts]]);
      rows.push([start, group.key, other, ...shown]);
    }
  }
  return rows;
}

async function latencies(org_id: string, body: Asked, slice: number): Promise<unknown> {
  const query = latencyQuery(latencyBody.parse(body), BEGIN);
  if (isRefused(query)) return query.refused.message;
  const rows: unknown[] = [];
  const counted = (buckets: ReadonlyMap<number, number>) => [...buckets].toSorted(([a], [b]) => a - b);
  for await (const answer of latencyLines(databaseOf(env.DB), org_id, query, { ...COUNT_LIMITS, slice })) {
    if (answer.status !== "lines") return answer.status;
    for (const { start, fields, figures, latency, first_byte } of answer.lines) {
      rows.push([start, fields, [...figures.counts], counted(latency), counted(first_byte)]);
    }
  }
  return rows;
}

async function chargebacks(org_id: string, params: Parameters<typeof chargebackQuery>[0]): Promise<unknown> {
  const query = chargebackQuery(params, BEGIN);
  return isRefused(query) ? query.refused.message : await sumPostings(databaseOf(env.DB), org_id, query);
}

/** Anywhere in the days and around them; often where an hour or a day begins. */
const moment = fc.oneof(
  fc.integer({ min: -1, max: DAYS + 2 }).map((day) => BEGIN + day * DAY_MS),
  fc.integer({ min: -24, max: (DAYS + 2) * 24 }).map((hour) => BEGIN + hour * HOUR_MS),
  fc.integer({ min: BEGIN - DAY_MS, max: END + 2 * DAY_MS }),
);
const range = fc
  .tuple(moment, moment)
  .filter(([a, b]) => a !== b)
  .map(([a, b]) => ({ from: new Date(Math.min(a, b)).toISOString(), to: new Date(Math.max(a, b)).toISOString() }));
const granularity = fc.constantFrom("hour", "day", "month", "total");
const time_zone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati");
const slice = fc.constantFrom(3, 40, 50_000);

const some = <Value>(...values: Value[]) => fc.subarray(values, { minLength: 1 });
const filters = fc.record(
  {
    model: some("openai/m0", "openai/m1", "openai/m9"),
    team: some("tem_0", "tem_1", null),
    status: some(200, 502, null),
    feature: some("chat", null),
    user: some("user-1", "user-2"),
  },
  { requiredKeys: [] },
);
const dimension = fc.constantFrom(
  ...["team", "cost_center", "wallet", "key", "provider", "model", "feature", "outcome", "status", "user", "tag:env"],
);

describe("an answer from days and hours is that from hours alone", () => {
  test("of costs, over any time, by anything", async () => {
    const asked = fc.record(
      {
        range,
        granularity,
        time_zone,
        group_by: fc.uniqueArray(dimension, { maxLength: 3 }),
        filter: fc.oneof(fc.constant({}), filters),
        top: fc.integer({ min: 1, max: 3 }),
        compare: fc.constant("previous_period"),
      },
      { requiredKeys: ["range", "granularity", "time_zone", "group_by", "filter"] },
    );
    await fc.assert(
      fc.asyncProperty(asked, slice, async ({ range: { from, to }, ...more }, rows) => {
        const [hours, ...days] = await Promise.all(ORGS.map((org_id) => costs(org_id, { from, to, ...more }, rows)));
        for (const answer of days) expect(answer).toEqual(hours);
      }),
      { numRuns: 60 },
    );
  }, 240_000);

  test("of latencies", async () => {
    const asked = fc.record({
      range,
      granularity,
      time_zone,
      group_by: fc.subarray(["provider", "model"]),
      filter: fc.oneof(fc.constant({}), fc.record({ model: some("openai/m0", "openai/m2") }), filters),
    });
    await fc.assert(
      fc.asyncProperty(asked, slice, async ({ range: { from, to }, ...more }, rows) => {
        const [hours, ...days] = await Promise.all(
          ORGS.map((org_id) => latencies(org_id, { from, to, ...more }, rows)),
        );
        for (const answer of days) expect(answer).toEqual(hours);
      }),
      { numRuns: 30 },
    );
  }, 240_000);

  test("of chargeback", async () => {
    const params = fc.record({
      range,
      time_zone,
      group_by: fc.constantFrom(["team", "cost_center"], ["day", "model"], ["month", "wallet"], ["wallet"]),
    });
    await fc.assert(
      fc.asyncProperty(params, async ({ range: times, ...more }) => {
        const asked = { from: Date.parse(times.from), to: Date.parse(times.to), ...more };
        const [hours, ...days] = await Promise.all(ORGS.map((org_id) => chargebacks(org_id, asked)));
        for (const answer of days) expect(answer).toEqual(hours);
      }),
      { numRuns: 20 },
    );
  }, 240_000);

  test("and both are the sum of what was posted", async () => {
    await fc.assert(
      fc.asyncProperty(range, async ({ from, to }) => {
        const inside = made.filter(({ at }) => at >= Date.parse(from) && at < Date.parse(to));
        const sum = inside.reduce((all, { cost_nano_usd }) => all + BigInt(cost_nano_usd), 0n);
        for (const org_id of ORGS) {
          const rows = await costs(org_id, { from, to }, 50_000);
          if (!Array.isArray(rows)) throw new Error(String(rows));
          expect(rows.map((row) => row[3][0])).toEqual(inside.length === 0 ? [] : [sum]);
        }
      }),
      { numRuns: 20 },
    );
  }, 240_000);
});

describe("what is read", () => {
  async function tablesOf(body: Asked): Promise<readonly string[]> {
    const { db, statements } = recordingDatabase();
    const query = costQuery(costBody.parse(body), BEGIN);
    if (isRefused(query)) throw new Error(query.refused.message);
    for await (const answer of costLines(databaseOf(db), "org_days", query)) expect(answer.status).toBe("lines");
    const all = statements.flatMap(({ sql }) => sql.match(/\b(rollup_(?:daily|hourly|folds)|request_log)\b/g) ?? []);
    return [...new Set(all)].toSorted();
  }
  const whole = { from: "2026-10-20T00:00:00Z", to: "2026-11-03T00:00:00Z" };

  test("is days alone where the range is days of UTC", async () => {
    expect(await tablesOf(whole)).toEqual(["rollup_daily", "rollup_folds"]);
    expect(await tablesOf({ ...whole, granularity: "day" })).toEqual(["rollup_daily", "rollup_folds"]);
  });

  test("is hours at both ends of other days, months and ranges, and between days of another zone", async () => {
    const berlin = { from: "2026-10-19T22:00:00Z", to: "2026-11-02T23:00:00Z", time_zone: "Europe/Berlin" };
    const both = ["rollup_daily", "rollup_folds", "rollup_hourly"];
    expect(await tablesOf(berlin)).toEqual(both);
    expect(await tablesOf({ ...berlin, granularity: "month" })).toEqual(both);
    expect(await tablesOf({ ...berlin, granularity: "day" })).toEqual(["rollup_hourly"]);
  });

  test("is hours alone where hours are asked for, and the log where they do not know what is asked", async () => {
    expect(await tablesOf({ ...whole, granularity: "hour" })).toEqual(["rollup_hourly"]);
    expect(await tablesOf({ ...whole, group_by: ["user"] })).toEqual(["request_log"]);
  });

  test("is the days: what is wrong there is wrong in the answer", async () => {
    const before = await costs("org_days", whole, 50_000);
    const change = (by: number) =>
      env.DB.prepare(
        "UPDATE rollup_daily SET cost_nano_usd = cost_nano_usd + ? WHERE org_id = 'org_days' AND day = ? AND wallet_id = 'wal_1'",
      )
        .bind(by, BEGIN + 5 * DAY_MS)
        .run();
    expect((await change(1)).meta.changes).toBeGreaterThan(0);
    expect(await costs("org_days", whole, 50_000)).not.toEqual(before);
    await change(-1);
    expect(await costs("org_days", whole, 50_000)).toEqual(before);
  });
});
