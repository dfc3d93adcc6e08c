import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { chargebackParams, chargebackQuery } from "../../../workers/dashboard/chargeback/query.ts";
import { sumPostings } from "../../../workers/dashboard/chargeback/sum.ts";
import { SUM_LIMITS, type SumLimits } from "../../../workers/dashboard/spend/sum.ts";
import { databaseOf } from "../../../workers/dashboard/store/database.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { adjusted, completed, context, HOUR, HOUR_MS } from "./make-event.ts";

beforeEach(fresh);

const DAY_MS = 24 * HOUR_MS;
const MONTH = { from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z" };

async function sums(params: Record<string, string>, limits: SumLimits = SUM_LIMITS, org_id = "org_1") {
  const query = chargebackQuery(z.object(chargebackParams).parse({ ...MONTH, ...params }), HOUR);
  if (isRefused(query)) throw new Error(query.refused.message);
  return await sumPostings(databaseOf(env.DB), org_id, query, limits);
}

/** Groups as `fields…, requests, nano-dollars`. */
async function table(params: Record<string, string>, limits?: SumLimits, org_id?: string) {
  const summed = await sums(params, limits, org_id);
  if (summed.status !== "summed") return summed.status;
  return summed.groups.map(({ fields, requests, cost_nano_usd }) => [...fields, requests, cost_nano_usd]);
}

test("a posting is booked to what its event says, and one of before that was kept to none", async () => {
  const { cost_center: _, team_id: __, ...old } = completed("e0");
  await deliver(
    flights(
      old,
      completed("e1"),
      completed("e2", { cost_center: "CC-2", team_id: null }),
      adjusted("a1", "e1", { cost_center: "CC-2" }),
    ),
  );
  expect(await table({ group_by: "cost_center,team" })).toEqual([
    [null, null, null, 1, 1_000n],
    ["CC-1", "tem_1", null, 1, 1_000n],
    ["CC-2", null, null, 1, 1_000n],
    ["CC-2", "tem_1", null, 0, 70n],
  ]);
  expect(await table({ group_by: "cost_center", team_id: "tem_1" })).toEqual([
    ["CC-1", 1, 1_000n],
    ["CC-2", 0, 70n],
  ]);
  expect(await table({ group_by: "cost_center", cost_center: "" })).toEqual([[null, 1, 1_000n]]);
});

test("sums beyond 2^53 are exact", async () => {
  const most = 9_000_000_000_000_000;
  await deliver(
    flights(
      completed("e1", { cost_nano_usd: most }),
      completed("e2", { cost_nano_usd: most - 1 }),
      completed("e3", { cost_nano_usd: most, wallet_id: "wal_2" }),
      adjusted("a1", "e1", { reason: "correction", cost_nano_usd: -2 }),
    ),
  );
  expect(await table({ group_by: "wallet" })).toEqual([
    ["wal_1", null, 2, 17_999_999_999_999_997n],
    ["wal_2", null, 1, 9_000_000_000_000_000n],
  ]);
  expect(await sums({ group_by: "model" })).toMatchObject({ total_nano_usd: 26_999_999_999_999_997n });
});

describe("a range", () => {
  test("has its first moment and not its last", async () => {
    const [from, to] = [Date.parse(MONTH.from), Date.parse(MONTH.to)];
    await deliver(flights(...[from - 1, from, to - 1, to].map((at, index) => completed(`e${index}`, { at }))));
    expect(await table({ group_by: "day" })).toEqual([
      ["2026-11-01", 1, 1_000n],
      ["2026-11-30", 1, 1_000n],
    ]);
    expect(await table({ group_by: "month", from: "2026-10-01T00:00:00Z" })).toEqual([
      ["2026-10", 1, 1_000n],
      ["2026-11", 2, 2_000n],
    ]);
  });

  test("is cut into the days of a time zone", async () => {
    const midnight = Date.UTC(2026, 10, 9, 18, 30);
    await deliver(flights(completed("e1", { at: midnight - 1 }), completed("e2", { at: midnight })));
    expect(await table({ group_by: "day", time_zone: "Asia/Kolkata" })).toEqual([
      ["2026-11-09", 1, 1_000n],
      ["2026-11-10", 1, 1_000n],
    ]);
    expect(await table({ group_by: "day" })).toEqual([["2026-11-09", 2, 2_000n]]);
  });

  test("is summed alike in slices of any size, also where they cut days and moments", async () => {
    const events = Array.from({ length: 60 }, (_, index) => {
      const at = Date.parse(MONTH.from) + Math.floor(index / 7) * DAY_MS * 1.5;
      const model = `openai/m${index % 3}`;
      return completed(`e${index}`, { at, cost_nano_usd: 1 << (index % 20), context: { ...context, model } });
    });
    await deliver(flights(...events, adjusted("a1", "e3"), adjusted("a2", "e9")));
    const whole = await table({ group_by: "day,model" });
    expect(whole).toHaveLength(28);
    for (const slice of [1, 2, 7, 13]) {
      expect(await table({ group_by: "day,model" }, { ...SUM_LIMITS, slice })).toEqual(whole);
    }
  });
});

test("more than can be answered is said to be so, and nothing is cut off", async () => {
  await deliver(flights(...["a", "b", "c"].map((id) => completed(id, { wallet_id: `wal_${id}` }))));
  expect(await table({ group_by: "wallet" }, { ...SUM_LIMITS, groups: 2 })).toBe("too_many_groups");
  expect(await table({ group_by: "wallet" }, { ...SUM_LIMITS, groups: 3 })).toHaveLength(3);
  await deliver(flights(completed("d", { at: HOUR + DAY_MS })));
  expect(await table({ group_by: "model" }, { groups: 9, slice: 1, slices: 1 })).toBe("too_many_rows");
});

test("one org's postings and names are not another's", async () => {
  await env.DB.batch([
    env.DB.prepare("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'One', 0), ('org_2', 'Two', 0)"),
    env.DB.prepare("INSERT INTO wallets (id, org_id, name, created_at) VALUES ('wal_1', 'org_2', 'Secret', 0)"),
  ]);
  await deliver(flights(completed("e1"), completed("e2", { org_id: "org_2" }), adjusted("a1", "e1")));
  expect(await table({ group_by: "wallet" })).toEqual([["wal_1", null, 1, 1_070n]]);
  expect(await table({ group_by: "wallet" }, SUM_LIMITS, "org_2")).toEqual([["wal_1", "Secret", 1, 1_000n]]);
  expect(await table({ group_by: "wallet" }, SUM_LIMITS, "org_3")).toEqual([]);
});
