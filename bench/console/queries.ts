import * as z from "zod";
import { isRefused, type Refused } from "../../schema/kernel/errors.ts";
import type { RequestCursor } from "../../schema/requests/cursor.ts";
import { chargebackQuery } from "../../workers/dashboard/chargeback/query.ts";
import { sumPostings } from "../../workers/dashboard/chargeback/sum.ts";
import { HOUR_MS } from "../../workers/dashboard/forecast/forecast.ts";
import { readSpending } from "../../workers/dashboard/forecast/read-history.ts";
import { latencyLines } from "../../workers/dashboard/latency/lines.ts";
import { latencyBody, latencyQuery } from "../../workers/dashboard/latency/query.ts";
import { ourCount } from "../../workers/dashboard/reconciliation/our-count.ts";
import { requestConditions } from "../../workers/dashboard/requests/conditions.ts";
import { describeRequest, findRequest } from "../../workers/dashboard/requests/detail.ts";
import { filtersOf, requestFilters } from "../../workers/dashboard/requests/filters.ts";
import { searchRequests } from "../../workers/dashboard/requests/search.ts";
import { costLines } from "../../workers/dashboard/spend/lines.ts";
import { costBody, costQuery } from "../../workers/dashboard/spend/query.ts";
import type { Database } from "../../workers/dashboard/store/database.ts";
import type { Ask } from "../log-queries/contract.ts";

/** What the console asks of the log, by the functions of its routes. */

export interface Query {
  readonly name: string;
  /** Whether sums answer it, where they can. */
  readonly of_sums?: boolean;
  /** What has to be found before, and is no part of the time. */
  prepare?(db: Database): Promise<void>;
  /** Answers how many rows, groups or lines there were. */
  run(db: Database): Promise<number>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const PAGE = 50;
const PAGES = 1_000;

export function queries(ask: Ask): readonly Query[] {
  const { org_id, from, to, values } = ask;
  const time = (at: number) => new Date(at).toISOString();
  const days = (to - from) / DAY_MS;
  const all = days === 365 ? "a year" : `${days} days`;
  const ranges = [
    ["a day", to - DAY_MS],
    ["a month", Date.UTC(2026, 9, 26)],
    [all, from],
  ] as const;
  const cost = (what: string, begin: number, more: object): Query => ({
    name: `cost, ${what}`,
    of_sums: !what.startsWith("a day") && !what.includes("tag"),
    run: async (db) =>
      countLines(costLines(db, org_id, read(costQuery, costBody, { from: time(begin), to: time(to), ...more }))),
  });
  return [
    search("requests, first page", ask, {}),
    {
      name: `requests, page ${PAGES} by cursor`,
      prepare: async (db) => {
        last = await pageBefore(db, ask);
      },
      run: async (db) => (await searchRequests(db, conditions(org_id, {}), last, PAGE)).rows.length,
    },
    ...Object.entries(values).map(([name, value]) => search(`requests by ${name}`, ask, { [name]: value })),
    search("requests, a day in the middle", ask, { from: time((from + to) / 2), to: time((from + to) / 2 + DAY_MS) }),
    search("requests, no such wallet", ask, { wallet_id: "wal_none" }),
    search("requests, no such feature", ask, { feature: "none" }),
    search("requests, a wallet's without such a feature", ask, { wallet_id: values.wallet_id ?? "", feature: "none" }),
    {
      name: "one request with its postings",
      run: async (db) => {
        const row = await findRequest(db, org_id, values.request_id ?? "");
        return row === null ? 0 : (await describeRequest(db, row, to)).postings.length;
      },
    },
    ...ranges.flatMap(([range, begin]) => [
      cost(`${range} by team`, begin, { group_by: ["team"] }),
      cost(`${range} by model`, begin, { group_by: ["model"] }),
    ]),
    cost(`${all} by day of UTC`, from, { granularity: "day" }),
    cost(`${all} by day of Berlin`, from, { granularity: "day", time_zone: "Europe/Berlin" }),
    cost(`${all} by month of Berlin and team`, from, {
      granularity: "month",
      group_by: ["team"],
      time_zone: "Europe/Berlin",
    }),
    cost(`${all} by month, team and model`, from, { granularity: "month", group_by: ["team", "model"] }),
    cost("a day by end user", to - DAY_MS, { group_by: ["user"] }),
    cost("a month by tag", Date.UTC(2026, 9, 26), { group_by: ["tag:env"] }),
    ...ranges.map(([range, begin]) => ({
      name: `latency percentiles, ${range} by model`,
      of_sums: true,
      run: async (db: Database) => {
        const body = { from: time(begin), to: time(to), group_by: ["model"] };
        return countLines(latencyLines(db, org_id, read(latencyQuery, latencyBody, body)));
      },
    })),
    {
      name: "latency percentiles, a month of a wallet: from the log",
      run: async (db: Database) => {
        const wallet = values.wallet_id ?? "";
        const body = { from: time(Date.UTC(2026, 9, 26)), to: time(to), group_by: ["model"], filter: { wallet } };
        return countLines(latencyLines(db, org_id, read(latencyQuery, latencyBody, body)));
      },
    },
    {
      name: "latency percentiles, a month by tag: from the log",
      run: async (db: Database) => {
        const body = { from: time(Date.UTC(2026, 9, 26)), to: time(to), group_by: [], filter: { "tag:env": "prod" } };
        return countLines(latencyLines(db, org_id, read(latencyQuery, latencyBody, body)));
      },
    },
    ...ranges.map(([range, begin]) => ({
      name: `chargeback, ${range} by team, cost centre and wallet`,
      of_sums: true,
      run: async (db: Database) => {
        const query = chargebackQuery({ from: begin, to }, to);
        if (isRefused(query)) throw new Error(query.refused.message);
        const sums = await sumPostings(db, org_id, query);
        if (sums.status !== "summed") throw new Error(sums.status);
        return sums.groups.length;
      },
    })),
    {
      // Its days begin with the hour in which it is asked.
      name: "forecasts, 28 days of all wallets",
      of_sums: true,
      run: async (db) => (await readSpending(db, org_id, to - 5 * HOUR_MS, null)).days.size,
    },
    {
      name: "a provider's bill, a month",
      run: async (db) => (await ourCount(db, org_id, values.provider ?? "", "2026-10-26", "2026-11-25")).length,
    },
  ];
}

const conditions = (org_id: string, filters: Readonly<Record<string, string>>) =>
  requestConditions(org_id, filtersOf(z.object(requestFilters).parse(filters)));

const search = (name: string, { org_id }: Ask, filters: Readonly<Record<string, string>>): Query => ({
  name,
  run: async (db) => (await searchRequests(db, conditions(org_id, filters), null, PAGE)).rows.length,
});

let last: RequestCursor | null = null;

/** Where the page before the last ends, from page to page as a reader gets there. */
async function pageBefore(db: Database, { org_id }: Ask): Promise<RequestCursor> {
  let cursor: RequestCursor | null = null;
  for (let page = 1; page < PAGES; page += 1) {
    const { next }: { readonly next: RequestCursor | null } = await searchRequests(
      db,
      conditions(org_id, {}),
      cursor,
      PAGE,
    );
    if (next === null) throw new Error(`there are only ${page} pages`);
    cursor = next;
  }
  if (cursor === null) throw new Error("there is one page only");
  return cursor;
}

/** A body as its route reads it. */
function read<Body, Asked extends object>(
  query: (body: Body, now: number) => Asked | Refused,
  schema: { parse(body: unknown): Body },
  body: object,
): Asked {
  const answer = query(schema.parse(body), 0);
  if (isRefused(answer)) throw new Error(`the query is refused: ${answer.refused.message}`);
  return answer;
}

async function countLines(
  answers: AsyncIterable<{ readonly status: string; readonly lines?: readonly unknown[] }>,
): Promise<number> {
  let count = 0;
  for await (const { status, lines } of answers) {
    if (lines === undefined) throw new Error(`no answer: ${status}`);
    count += lines.length;
  }
  return count;
}
