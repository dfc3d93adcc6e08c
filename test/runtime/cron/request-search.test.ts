import { env } from "cloudflare:workers";
import type { SQL } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import type { CacheStatus } from "../../../schema/caching/cache-status.ts";
import type { RequestCursor } from "../../../schema/requests/cursor.ts";
import type { EventOf } from "../../../schema/wire/events.ts";
import { recordEvents } from "../../../workers/cron/events/record-events.ts";
import { requestConditions } from "../../../workers/dashboard/requests/conditions.ts";
import { filtersOf, requestFilters } from "../../../workers/dashboard/requests/filters.ts";
import { older, pageOf, SCAN_ROWS, scanEnd, searchRequests } from "../../../workers/dashboard/requests/search.ts";
import { databaseOf } from "../../../workers/dashboard/store/database.ts";
import { fresh } from "./fresh.ts";
import { adjusted, completed, context, HOUR, record } from "./make-event.ts";

beforeEach(fresh);

type Completed = EventOf<"request.completed">;
type Filters = Readonly<Record<string, string>>;

const conditionsOf = (filters: Filters, org_id = "org_1") =>
  requestConditions(org_id, filtersOf(z.object(requestFilters).parse(filters)));

/** All pages of a search: the ids found, and how many pages that took. */
async function found(filters: Filters, { limit = 100, scan_rows = SCAN_ROWS, org_id = "org_1" } = {}) {
  const ids: string[] = [];
  let pages = 0;
  let behind: RequestCursor | null = null;
  do {
    const conditions = conditionsOf(filters, org_id);
    const page = await searchRequests(databaseOf(env.DB), conditions, behind, limit, scan_rows);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    ids.push(...page.rows.map(({ event_id }) => event_id));
    behind = page.next;
    pages += 1;
  } while (behind !== null);
  return { ids, pages };
}

const pick = <Value>(values: readonly Value[], at: number): Value => {
  const value = values[at % values.length];
  if (value === undefined) throw new Error("nothing to pick from");
  return value;
};

const cached = (status: CacheStatus) => ({ cache: { status, score: null, saved_nano_usd: 0, saved_ms: 0 } });

/** 240 requests, four of them in each millisecond, that differ in everything that can be asked for. */
const LOG: readonly Completed[] = Array.from({ length: 240 }, (_, index) =>
  completed(`e${String(index * 7919).padStart(8, "0")}`, {
    at: HOUR + Math.floor(index / 4),
    wallet_id: pick(["wal_1", "wal_2", "wal_3"], index),
    team_id: pick(["tem_1", "tem_2", null], index >> 1),
    cost_center: pick(["CC-1", null], index >> 2),
    cost_nano_usd: index * 100,
    context: {
      ...context,
      key_id: pick(["key_1", "key_2", "key_3", "key_4", "key_5"], index),
      provider_id: pick(["openai", "anthropic"], index >> 1),
      model: pick(["openai/gpt-5", "anthropic/claude", "openai/o4"], index >> 1),
      feature: pick(["summary", "chat", null], index),
      subject: pick(["user-1", "user-2", null, null], index >> 1),
      country: pick(["DE", "FR", null], index),
      tags: pick<Record<string, string>>([{ env: "prod", "a.b": "it's" }, { env: "test" }, {}], index),
      routing: pick(
        [
          context.routing,
          null,
          { asked: "x", rule_id: null, rule: null, how: "asked", passed_over: [], passed_over_more: 0, candidates: [] },
        ],
        index,
      ),
    },
    record: {
      ...record,
      outcome: pick(["completed", "completed", "upstream_error"], index),
      status: pick([200, 502, 504, 429], index >> 1),
      error_code: pick([null, "upstream_error", "upstream_timeout"], index >> 1),
      ...pick([{}, ...(["hit-exact", "hit-semantic", "miss"] as const).map(cached)], index),
    },
  }),
);

/** Each filter beside the same said in words of its own. */
const FILTERS: readonly (readonly [Filters, (event: Completed) => boolean])[] = [
  [{}, () => true],
  [{ wallet_id: "wal_2" }, (event) => event.wallet_id === "wal_2"],
  [{ team_id: "tem_2" }, (event) => event.team_id === "tem_2"],
  [{ team_id: "" }, (event) => event.team_id === null],
  [{ cost_center: "CC-1" }, (event) => event.cost_center === "CC-1"],
  [{ cost_center: "" }, (event) => event.cost_center === null],
  [{ key_id: "key_3" }, ({ context: of }) => of.key_id === "key_3"],
  [{ provider: "anthropic" }, ({ context: of }) => of.provider_id === "anthropic"],
  [{ model: "openai/o4" }, ({ context: of }) => of.model === "openai/o4"],
  [{ feature: "chat" }, ({ context: of }) => of.feature === "chat"],
  [{ subject: "user-2" }, ({ context: of }) => of.subject === "user-2"],
  [{ country: "de" }, ({ context: of }) => of.country === "DE"],
  [{ tag: "env:prod" }, ({ context: of }) => of.tags.env === "prod"],
  [{ tag: "env" }, ({ context: of }) => of.tags.env !== undefined],
  [{ tag: "a.b:it's" }, ({ context: of }) => of.tags["a.b"] === "it's"],
  [{ tag: "env:" }, () => false],
  [{ outcome: "upstream_error" }, ({ record: of }) => of.outcome === "upstream_error"],
  [{ cache: "hit-exact" }, ({ record: of }) => of.cache?.status === "hit-exact"],
  [{ cache: "hit" }, ({ record: of }) => of.cache?.status === "hit-exact" || of.cache?.status === "hit-semantic"],
  [{ status: "502" }, ({ record: of }) => of.status === 502],
  [{ status: "5xx" }, ({ record: of }) => of.status >= 500],
  [{ error_code: "upstream_timeout" }, ({ record: of }) => of.error_code === "upstream_timeout"],
  [{ rule_id: "rule_1" }, ({ context: of }) => of.routing?.rule_id === "rule_1"],
  [{ min_cost_usd: "0.00001" }, (event) => event.cost_nano_usd >= 10_000],
  [
    { min_cost_usd: "0.000005", max_cost_usd: "0.0000075" },
    (event) => event.cost_nano_usd >= 5_000 && event.cost_nano_usd <= 7_500,
  ],
  [
    { from: new Date(HOUR + 10).toISOString(), to: new Date(HOUR + 20).toISOString() },
    ({ at }) => at >= HOUR + 10 && at < HOUR + 20,
  ],
  [
    { subject: "user-1", key_id: "key_2", wallet_id: "wal_3", model: "openai/gpt-5", status: "200", tag: "env" },
    ({ context: of, record: { status }, wallet_id }) =>
      of.subject === "user-1" &&
      of.key_id === "key_2" &&
      wallet_id === "wal_3" &&
      of.model === "openai/gpt-5" &&
      status === 200 &&
      of.tags.env !== undefined,
  ],
  [{ request_id: `req_${pick(LOG, 17).event_id}` }, ({ event_id }) => event_id === pick(LOG, 17).event_id],
  [{ request_id: `req_${pick(LOG, 17).event_id}`, status: "418" }, () => false],
];

const newestFirst = (events: readonly Completed[]): string[] =>
  [...events].sort((a, b) => b.at - a.at || (a.event_id < b.event_id ? 1 : -1)).map(({ event_id }) => event_id);

describe("a search", () => {
  test("finds by every filter exactly what it says, newest first, however short its pages and its looks are", async () => {
    await recordEvents(env.DB, LOG, "b1", HOUR);
    for (const [filters, holds] of FILTERS) {
      const expected = newestFirst(LOG.filter(holds));
      for (const sizes of [{}, { limit: 40 }, { limit: 11, scan_rows: 30 }, { limit: 50, scan_rows: 33 }]) {
        expect({ filters, sizes, ids: (await found(filters, sizes)).ids }).toEqual({ filters, sizes, ids: expected });
      }
    }
  });

  test("for something rare answers after so many rows with a cursor, and finds it later", async () => {
    await recordEvents(env.DB, LOG, "b1", HOUR);
    const rare: Filters = { max_cost_usd: "0" };
    const first = await searchRequests(databaseOf(env.DB), conditionsOf(rare), null, 10, 50);
    expect(first.rows).toEqual([]);
    expect(first.next).not.toBeNull();
    const { ids, pages } = await found(rare, { limit: 10, scan_rows: 50 });
    expect(ids).toEqual([pick(LOG, 0).event_id]);
    expect(pages).toBe(5);
  });

  test("weighs a price with what was posted later, and shows both together", async () => {
    const [dear, cheap] = [completed("e1", { cost_nano_usd: 1_000 }), completed("e2", { cost_nano_usd: 1_000 })];
    await recordEvents(env.DB, [dear, cheap, adjusted("a1", "e1", { cost_nano_usd: 500 })], "b1", HOUR);
    expect((await found({ min_cost_usd: "0.0000015" })).ids).toEqual(["e1"]);
    expect((await found({ max_cost_usd: "0.000001499" })).ids).toEqual(["e2"]);
  });

  test("goes on where it was while newer requests arrive", async () => {
    await recordEvents(env.DB, LOG.slice(0, 100), "b1", HOUR);
    const first = await searchRequests(databaseOf(env.DB), conditionsOf({}), null, 30);
    await recordEvents(env.DB, LOG.slice(100), "b2", HOUR);
    const rest = await searchRequests(databaseOf(env.DB), conditionsOf({}), first.next, 100);
    const ids = [...first.rows, ...rest.rows].map(({ event_id }) => event_id);
    expect(ids).toEqual(newestFirst(LOG.slice(0, 100)));
  });

  test("sees nothing of another org, whatever it asks for, and looks at nothing there", async () => {
    await recordEvents(env.DB, LOG, "b1", HOUR);
    for (const [filters] of FILTERS) {
      expect(await found(filters, { org_id: "org_2", scan_rows: 5 })).toEqual({ ids: [], pages: 1 });
    }
  });
});

/** Lines of the plan of a query, as SQLite will run it. */
async function planOf(query: { toSQL(): { sql: string; params: unknown[] } }): Promise<string[]> {
  const { sql, params } = query.toSQL();
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

/** What is read whole, but for the tags of a row and the charged attempts of a request. */
const scans = (plan: readonly string[]): string[] =>
  plan.filter((line) => line.startsWith("SCAN") && !/^SCAN (json_each|one)\b/.test(line));

describe("the plan of a search", () => {
  const INDEXES: readonly (readonly [Filters, string])[] = [
    [{}, "request_log_org_at (org_id=?"],
    [{ wallet_id: "w" }, "request_log_wallet_at (org_id=? AND wallet_id=?"],
    [{ key_id: "k", wallet_id: "w" }, "request_log_key_at (org_id=? AND key_id=?"],
    [{ model: "m", status: "5xx" }, "request_log_model_at (org_id=? AND model=?"],
    [{ team_id: "t", provider: "p" }, "request_log_team_at (org_id=? AND team_id=?"],
    [{ subject: "s", model: "m", team_id: "t" }, "request_log_subject_at (org_id=? AND subject=?"],
    [{ error_code: "e", model: "m" }, "request_log_error_at (org_id=? AND error_code=?"],
    [
      { provider: "p", feature: "f", outcome: "o", country: "DE", tag: "a:b", rule_id: "r" },
      "request_log_org_at (org_id=?",
    ],
    [{ team_id: "", min_cost_usd: "1" }, "request_log_org_at (org_id=?"],
  ];

  test.each(INDEXES)(
    "of %j goes down one index from the cursor and sorts nothing but one millisecond",
    async (filters, index) => {
      const db = databaseOf(env.DB);
      const { index: name, indexed, examined } = conditionsOf({ ...filters, from: new Date(HOUR).toISOString() });
      const from_cursor: readonly SQL[] = [...indexed, ...examined, ...older({ at: HOUR + 9, event_id: "e5" })];
      const plan = await planOf(pageOf(db, name, from_cursor, 51));
      expect(plan[0]).toBe("SEARCH request_log USING INDEX sqlite_autoindex_request_log_1 (event_id=?)");
      expect(plan).toContain(`SEARCH request_log USING INDEX ${index} AND at>? AND at<?)`);
      expect(scans(plan)).toEqual([]);
      // Inside the rows of one millisecond; outside those of the page, and the attempts of one request.
      expect(new Set(plan.filter((line) => line.includes("B-TREE FOR")))).toEqual(
        new Set(["USE TEMP B-TREE FOR LAST TERM OF ORDER BY", "USE TEMP B-TREE FOR ORDER BY"]),
      );
      const [scan, ...more] = await planOf(scanEnd(db, name, indexed, 100));
      expect(scan).toContain(`SEARCH request_log USING COVERING INDEX ${index} AND at>?)`);
      expect(more).toEqual([]);
    },
  );

  test("of one request looks it up", async () => {
    const { index, indexed, examined } = conditionsOf({ request_id: "r", wallet_id: "w" });
    const plan = await planOf(pageOf(databaseOf(env.DB), index, [...indexed, ...examined], 1));
    expect(plan.find((line) => line.includes("request_log_request"))).toContain("(request_id=?");
    expect(scans(plan)).toEqual([]);
  });
});
