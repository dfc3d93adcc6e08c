import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { isRefused } from "../../../schema/kernel/errors.ts";
import type { EventOf } from "../../../schema/wire/events.ts";
import { countOf } from "../../../workers/dashboard/spend/figures.ts";
import { costLines } from "../../../workers/dashboard/spend/lines.ts";
import { costBody, costQuery } from "../../../workers/dashboard/spend/query.ts";
import { costCsv, costJson } from "../../../workers/dashboard/spend/render.ts";
import { SUM_LIMITS, type SumLimits } from "../../../workers/dashboard/spend/sum.ts";
import { databaseOf } from "../../../workers/dashboard/store/database.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { adjusted, completed, context, HOUR, HOUR_MS, record } from "./make-event.ts";

/** Real events through the real consumer into D1; the sums that come out are compared with sums over the events. */

beforeEach(fresh);

const DAY_MS = 24 * HOUR_MS;
const MONTH = { from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z" };

function query(body: object) {
  const read = costQuery(costBody.parse({ ...MONTH, ...body }), HOUR);
  if (isRefused(read)) throw new Error(read.refused.message);
  return read;
}

async function lines(body: object, limits: SumLimits = SUM_LIMITS, org_id = "org_1") {
  const all: unknown[][] = [];
  for await (const span of costLines(databaseOf(env.DB), org_id, query(body), limits)) {
    if (span.status !== "lines") return span.status;
    for (const { start, group, previous } of span.lines) {
      const time = body_has_time(body) ? [new Date(start).toISOString().slice(0, 13)] : [];
      const before = previous === null ? [] : [previous.cost_nano_usd];
      all.push([
        ...time,
        ...(group.key === "other" ? ["(other)"] : group.fields),
        countOf(group.figures, "requests"),
        group.figures.cost_nano_usd,
        ...before,
      ]);
    }
  }
  return all;
}
const body_has_time = (body: object): boolean => "granularity" in body && body.granularity !== "total";

async function text(chunks: AsyncGenerator<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let whole = "";
  for await (const chunk of chunks) whole += decoder.decode(chunk, { stream: true });
  return whole;
}
const json = async (body: object) => {
  const asked = query(body);
  return z
    .looseObject({ data: z.array(z.looseObject({})) })
    .parse(JSON.parse(await text(costJson(asked, costLines(databaseOf(env.DB), "org_1", asked)))));
};

type Completed = EventOf<"request.completed">;
const of = (id: string, changes: Partial<Completed>, about: Partial<Completed["context"]> = {}): Completed =>
  completed(id, { ...changes, context: { ...context, ...about } });

/** Sixty requests of all kinds over three days, some of them at the very ends of hours. */
const many = (): Completed[] =>
  Array.from({ length: 60 }, (_, index) => {
    const outcome = (["completed", "upstream_error", "cancelled", "expired"] as const)[index % 4] ?? "completed";
    const at = HOUR + Math.floor(index / 7) * HOUR_MS * 7 + (index % 3 === 0 ? 0 : index % 3 === 1 ? HOUR_MS - 1 : 777);
    return of(
      `e${index}`,
      {
        at,
        cost_nano_usd: 1 << (index % 20),
        wallet_id: `wal_${index % 3}`,
        team_id: index % 5 === 0 ? null : `tem_${index % 2}`,
        cost_center: index % 4 === 0 ? null : `CC-${index % 3}`,
        record: { ...record, outcome, status: outcome === "expired" ? 0 : outcome === "completed" ? 200 : 502 },
      },
      {
        model: `openai/m${index % 4}`,
        feature: index % 6 === 0 ? null : `f${index % 2}`,
        subject: index % 7 === 0 ? null : `user-${index % 5}`,
        country: index % 2 === 0 ? "DE" : null,
        tags: index % 3 === 0 ? { env: "prod", "odd key.x": "1" } : { env: `dev-${index % 2}` },
      },
    );
  });

/** What each dimension is in an event. */
const VALUES: Readonly<Record<string, (event: Completed) => string | number | null>> = {
  team: ({ team_id }) => team_id,
  cost_center: ({ cost_center }) => cost_center,
  wallet: ({ wallet_id }) => wallet_id,
  key: (event) => event.context.key_id,
  user: (event) => event.context.subject,
  provider: (event) => event.context.provider_id,
  model: (event) => event.context.model,
  feature: (event) => event.context.feature,
  country: (event) => event.context.country,
  outcome: (event) => event.record.outcome,
  status: (event) => event.record.status,
  "tag:env": (event) => event.context.tags.env ?? null,
  "tag:odd key.x": (event) => event.context.tags["odd key.x"] ?? null,
};

function expected(events: readonly Completed[], names: readonly string[]) {
  const sums = new Map<string, { values: unknown[]; requests: number; cost: bigint }>();
  for (const event of events) {
    const values = names.map((name) => VALUES[name]?.(event) ?? null);
    const sum = sums.get(JSON.stringify(values)) ?? { values, requests: 0, cost: 0n };
    sums.set(JSON.stringify(values), {
      values,
      requests: sum.requests + 1,
      cost: sum.cost + BigInt(event.cost_nano_usd),
    });
  }
  return [...sums.values()].map(({ values, requests, cost }) => [...values, requests, cost]);
}

const NAMED = new Set(["team", "wallet", "key"]);
/** Rows without the names of things, in one order. */
const bare = (rows: unknown[][], names: readonly string[]) => {
  const keep = names.flatMap((name) => (NAMED.has(name) ? [true, false] : [true]));
  return sorted(rows.map((row) => row.filter((_, index) => keep[index] ?? true)));
};
const sorted = (rows: unknown[][]) =>
  rows.toSorted((a, b) => (a.map(String).join("|") < b.map(String).join("|") ? -1 : 1));

describe("sums by any dimension are those of the events", () => {
  const combinations = [
    ...Object.keys(VALUES).map((name) => [name]),
    ["team", "model", "outcome"],
    ["user", "tag:env", "wallet"],
    ["cost_center", "feature", "status"],
    [],
  ];

  test.each(combinations.map((names) => ({ names })))("$names", async ({ names }) => {
    const events = many();
    await deliver(flights(...events));
    const rows = await lines({ group_by: names });
    if (typeof rows === "string") throw new Error(rows);
    expect(bare(rows, names)).toEqual(sorted(expected(events, names)));
  });

  test("cut anywhere, in parts that add up to the whole, from sums per hour and from the log", async () => {
    const events = many();
    await deliver(flights(...events));
    const cuts = [HOUR - 1, HOUR, HOUR + 777, HOUR + HOUR_MS - 1, HOUR + 20 * HOUR_MS, HOUR + 3 * DAY_MS + 12_345];
    for (const [index, from] of cuts.entries()) {
      for (const to of cuts.slice(index + 1)) {
        const inside = events.filter(({ at }) => at >= from && at < to);
        const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
        expect(await lines(range)).toEqual(inside.length === 0 ? [] : expected(inside, []));
        const users = await lines({ ...range, group_by: ["user"] });
        expect(sorted(users as unknown[][])).toEqual(sorted(expected(inside, ["user"])));
      }
    }
  });

  test("in slices of any size", async () => {
    await deliver(flights(...many(), adjusted("a1", "e3"), adjusted("a2", "e9")));
    for (const body of [
      { granularity: "hour", group_by: ["model", "team"] },
      { granularity: "day", time_zone: "Asia/Kolkata", group_by: ["user"] },
    ]) {
      const whole = await lines(body);
      for (const slice of [1, 3, 13]) expect(await lines(body, { ...SUM_LIMITS, slice })).toEqual(whole);
    }
  });
});

test("filters take one of some values, and null for what has none", async () => {
  const events = many();
  await deliver(flights(...events));
  for (const filter of [
    { team: ["tem_1", null] },
    { status: 502, model: ["openai/m1", "openai/m2"] },
    { user: "", "tag:env": ["prod"] },
    { country: [null], outcome: "completed" },
    { cost_center: "' OR 1=1 --" },
  ]) {
    const inside = events.filter((event) =>
      Object.entries(filter).every(([name, wanted]) =>
        [wanted].flat().some((one) => (one === "" ? null : one) === (VALUES[name]?.(event) ?? null)),
      ),
    );
    expect(await lines({ filter })).toEqual(inside.length === 0 ? [] : expected(inside, []));
  }
});

test("adjustments are money without requests, and belong to their request's user, country and tags", async () => {
  await deliver(
    flights(
      completed("e1"),
      adjusted("a1", "e1"),
      adjusted("a2", "e1", { reason: "correction", cost_nano_usd: -400, record }),
    ),
  );
  expect(await lines({ group_by: ["user", "country", "tag:team"] })).toEqual([["user-7", "DE", "blue", 1, 670n]]);
  expect(await lines({ group_by: ["outcome", "status"] })).toEqual([
    ["completed", 200, 1, 1_000n],
    ["overage", null, 0, 70n],
    ["correction", null, 0, -400n],
  ]);
  for (const group_by of [["model"], ["user"]]) {
    expect((await json({ group_by })).data[0]).toMatchObject({
      input_tokens: 240,
      output_tokens: 70,
      usage: { input: 200, cached_read: 40, output: 60, reasoning: 10 },
    });
  }
});

test("sums beyond 2^53, and beyond 2^63, are exact", async () => {
  const most = 9_000_000_000_000_000;
  const events = Array.from({ length: 1_100 }, (_, index) =>
    completed(`e${index}`, { cost_nano_usd: most - index, at: HOUR + (index % 20) * HOUR_MS }),
  );
  for (let from = 0; from < events.length; from += 100) await deliver(flights(...events.slice(from, from + 100)));
  const sum = events.reduce((all, { cost_nano_usd }) => all + BigInt(cost_nano_usd), 0n);
  expect(sum).toBeGreaterThan(2n ** 63n);
  expect(await lines({})).toEqual([[1_100, sum]]);
  expect(await lines({ group_by: ["user"] })).toEqual([["user-7", 1_100, sum]]);
  const { total_usd, total } = await json({ granularity: "hour" });
  expect(total_usd).toBe(`${sum / 10n ** 9n}.${String(sum % 10n ** 9n).padStart(9, "0")}`);
  expect(total).toMatchObject({ cost_nano_usd: String(sum) });
});

describe("the most expensive groups", () => {
  const events = () => [
    of("a1", { cost_nano_usd: 10 }, { model: "m/a" }),
    of("b1", { cost_nano_usd: 8 }, { model: "m/b" }),
    of("c1", { cost_nano_usd: 5 }, { model: "m/c" }),
    of("c2", { cost_nano_usd: 4, at: HOUR + DAY_MS }, { model: "m/c" }),
    of("d1", { cost_nano_usd: 7, at: HOUR + DAY_MS }, { model: "m/d" }),
  ];

  test("are those of all the time, and the others are one row in each part of it", async () => {
    await deliver(flights(...events()));
    expect(await lines({ group_by: ["model"], top: 2 })).toEqual([
      ["m/a", 1, 10n],
      ["m/c", 2, 9n],
      ["(other)", 2, 15n],
    ]);
    expect(await lines({ group_by: ["model"], top: 2, granularity: "day" })).toEqual([
      ["2026-11-20T00", "m/a", 1, 10n],
      ["2026-11-20T00", "m/c", 1, 5n],
      ["2026-11-20T00", "(other)", 1, 8n],
      ["2026-11-21T00", "m/c", 1, 4n],
      ["2026-11-21T00", "(other)", 1, 7n],
    ]);
  });

  test("beside the period before: each row's own, what is new from nothing, what is gone to nothing", async () => {
    await deliver(flights(...events(), of("x1", { cost_nano_usd: 3, at: HOUR - 7 * DAY_MS }, { model: "m/gone" })));
    await deliver(flights(of("a0", { cost_nano_usd: 4, at: HOUR - 7 * DAY_MS }, { model: "m/a" })));
    const week = { from: "2026-11-20T00:00:00Z", to: "2026-11-27T00:00:00Z", compare: "previous_period" };
    expect(await lines({ ...week, group_by: ["model"] })).toEqual([
      ["m/a", 1, 10n, 4n],
      ["m/c", 2, 9n, 0n],
      ["m/b", 1, 8n, 0n],
      ["m/d", 1, 7n, 0n],
      ["m/gone", 0, 0n, 3n],
    ]);
    expect(await lines({ ...week, group_by: ["model"], top: 1 })).toEqual([
      ["m/a", 1, 10n, 4n],
      ["(other)", 4, 24n, 3n],
    ]);
    expect(await json({ ...week, group_by: ["model"], top: 1 })).toMatchObject({
      data: [
        { model: "m/a", other: false, cost_change_usd: "0.000000006", cost_change_percent: 150 },
        { model: null, other: true },
      ],
      previous: { from: "2026-11-13T00:00:00.000Z", to: "2026-11-20T00:00:00.000Z", cost_nano_usd: "7" },
      cost_change_usd: "0.000000027",
    });
  });
});

test("error and cache hit rates are parts of the requests", async () => {
  await deliver(flights(...many()));
  const { total } = await json({});
  expect(total).toMatchObject({ requests: 60, errors: 30, error_rate: 0.5, cache_hits: 0, cache_hit_rate: 0 });
  expect((await json({ to: "2026-11-02T00:00:00Z" })).total).toMatchObject({ requests: 0, error_rate: null });
});

test("CSV has the same rows, and no cell that a spreadsheet runs", async () => {
  await deliver(
    flights(of("e1", {}, { feature: "=1+1" }), completed("e2"), adjusted("a1", "e2", { cost_nano_usd: -2_000 })),
  );
  const asked = query({ group_by: ["feature"], granularity: "day" });
  const csv = await text(costCsv(asked, costLines(databaseOf(env.DB), "org_1", asked)));
  const [head, ...rows] = csv.trimEnd().split("\r\n");
  expect(head?.split(",").slice(0, 6)).toEqual(["time", "feature", "cost_usd", "cost_nano_usd", "requests", "errors"]);
  expect(rows.map((row) => row.split(",").slice(0, 5))).toEqual([
    ["2026-11-20T00:00:00.000Z", "'=1+1", "0.000001000", "1000", "1"],
    ["2026-11-20T00:00:00.000Z", "summary", "-0.000001000", "-1000", "1"],
  ]);
});

test("more than can be answered is said to be so, and nothing is cut off", async () => {
  await deliver(flights(...["a", "b", "c"].map((id) => completed(id, { wallet_id: `wal_${id}` }))));
  const by_wallet = { group_by: ["wallet"] };
  expect(await lines(by_wallet, { ...SUM_LIMITS, groups: 2 })).toBe("too_many_groups");
  expect(await lines(by_wallet, { ...SUM_LIMITS, groups: 3 })).toHaveLength(3);
  await deliver(flights(completed("d", { at: HOUR + DAY_MS })));
  expect(await lines({}, { groups: 9, slice: 1, slices: 1 })).toBe("too_many_rows");
  // Without anything to rank or compare only one day's groups are open at a time.
  expect(await lines({ ...by_wallet, granularity: "day" }, { groups: 3, slice: 3, slices: 9 })).toHaveLength(4);
  expect(await lines({ ...by_wallet, granularity: "day", top: 9 }, { groups: 3, slice: 3, slices: 9 })).toBe(
    "too_many_groups",
  );
});

test("one org's postings and names are not another's", async () => {
  await env.DB.batch([
    env.DB.prepare("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'One', 0), ('org_2', 'Two', 0)"),
    env.DB.prepare("INSERT INTO wallets (id, org_id, name, created_at) VALUES ('wal_1', 'org_2', 'Secret', 0)"),
  ]);
  await deliver(flights(completed("e1"), completed("e2", { org_id: "org_2" })));
  expect(await lines({ group_by: ["wallet"] })).toEqual([["wal_1", null, 1, 1_000n]]);
  expect(await lines({ group_by: ["wallet", "user"] }, SUM_LIMITS, "org_2")).toEqual([
    ["wal_1", "Secret", "user-7", 1, 1_000n],
  ]);
});

test("a wallet with all below it is what each of them spent, archived ones and deep ones too", async () => {
  await env.DB.batch([
    env.DB.prepare("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'One', 0), ('org_2', 'Two', 0)"),
    env.DB.prepare(`INSERT INTO wallets (id, org_id, name, parent_id, archived_at, created_at) VALUES
      ('wal_top', 'org_1', 'Top', NULL, NULL, 0), ('wal_mid', 'org_1', 'Mid', 'wal_top', NULL, 0),
      ('wal_old', 'org_1', 'Old', 'wal_mid', 5, 0), ('wal_else', 'org_1', 'Else', NULL, NULL, 0),
      ('wal_theirs', 'org_2', 'Theirs', 'wal_top', NULL, 0)`),
    // More than any address could name.
    ...Array.from({ length: 300 }, (_, index) =>
      env.DB.prepare(
        `INSERT INTO wallets (id, org_id, name, parent_id, created_at) VALUES (?1, 'org_1', ?1, 'wal_mid', 0)`,
      ).bind(`wal_${index}`),
    ),
  ]);
  const costs = { wal_top: 1, wal_mid: 20, wal_old: 300, wal_else: 4_000, wal_299: 50_000, wal_gone: 600_000 };
  const spent = Object.entries(costs).map(([wallet_id, cost_nano_usd]) =>
    completed(wallet_id, { wallet_id, cost_nano_usd }),
  );
  await deliver(flights(...spent, completed("theirs", { org_id: "org_2", wallet_id: "wal_theirs" })));
  const total = async (filter: object, more: object = {}) => (await lines({ filter, ...more }))[0]?.at(-1);
  expect(await total({ below: "wal_top" })).toBe(50_321n);
  expect(await total({ below: ["wal_mid", "wal_else"] })).toBe(54_320n);
  expect(await total({ below: ["wal_top", "wal_mid"] })).toBe(50_321n);
  // With other filters both must hold; from the log they are the same as from the hourly sums.
  expect(await total({ below: "wal_mid", wallet: ["wal_top", "wal_old"] })).toBe(300n);
  expect(await total({ below: "wal_top", user: "user-7" })).toBe(50_321n);
  expect(await lines({ filter: { below: "wal_old" }, group_by: ["wallet"] })).toEqual([["wal_old", "Old", 1, 300n]]);
  // What is no wallet of the org has nothing below it.
  expect(await total({ below: "wal_gone" })).toBe(600_000n);
  expect(await total({ below: "wal_theirs" })).toBeUndefined();
  const both = await lines({ filter: { below: "wal_top" }, compare: "previous_period" });
  expect(both[0]?.slice(-2)).toEqual([50_321n, 0n]);
  for (const below of [null, "", 5, ["wal_top", null]]) {
    expect(costBody.safeParse({ filter: { below } }).error?.issues[0]?.path).toEqual(["filter", "below"]);
  }
});
