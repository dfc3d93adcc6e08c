import Papa from "papaparse";
import { expect, test } from "vitest";
import type { ChargebackQuery } from "../../../workers/dashboard/chargeback/query.ts";
import { chargebackCsv, chargebackJson } from "../../../workers/dashboard/chargeback/render.ts";
import type { Group } from "../../../workers/dashboard/chargeback/sum.ts";

const query: ChargebackQuery = {
  range: { from: 0, to: 86_400_000 },
  time_zone: "UTC",
  group_by: ["wallet", "cost_center"],
  filters: [],
  format: "json",
};
const group = (index: number, cost_nano_usd: bigint): Group => ({
  fields: [`wal_${index}`, "=HYPERLINK(1)", null],
  requests: 1,
  cost_nano_usd,
  input_tokens: 2,
  output_tokens: 3,
});
const of = (groups: readonly Group[]) => ({
  query,
  groups,
  total_nano_usd: groups.reduce((sum, { cost_nano_usd }) => sum + cost_nano_usd, 0n),
});
const text = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

/** More than one piece, with amounts that no number holds. */
const many = Array.from({ length: 1_203 }, (_, index) => group(index, 9_007_199_254_740_993n + BigInt(index)));

test("JSON is one object over any number of groups, and its total is exact", async () => {
  const body = JSON.parse(await text(chargebackJson(of(many))));
  expect(body.data).toHaveLength(many.length);
  expect(body.data[1]).toEqual({
    wallet_id: "wal_1",
    wallet_name: "=HYPERLINK(1)",
    cost_center: null,
    requests: 1,
    input_tokens: 2,
    output_tokens: 3,
    cost_usd: "9007199.254740994",
  });
  expect(body.total_usd).toBe("10835660703.454137582");
});

test("CSV has a line a group, what people typed escaped and figures below zero as they are", async () => {
  const csv = await text(chargebackCsv(of([...many, group(-1, -500n)])));
  const { data } = Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true });
  expect(data).toHaveLength(many.length + 1);
  expect(data.at(-1)).toEqual({
    wallet_id: "wal_-1",
    wallet_name: "'=HYPERLINK(1)",
    cost_center: "",
    requests: "1",
    input_tokens: "2",
    output_tokens: "3",
    cost_usd: "-0.000000500",
  });
});

test("a reader who leaves ends the making of it", async () => {
  const reader = chargebackCsv(of(many)).getReader();
  expect((await reader.read()).done).toBe(false);
  await reader.cancel();
});
