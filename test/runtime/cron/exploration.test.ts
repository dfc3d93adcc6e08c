import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { faults, faultyDatabase } from "../../../bench/workers/faulty-database.ts";
import type { RequestRow } from "../../../workers/cron/events/rows.ts";
import { explore } from "../../../workers/cron/exploration/explore.ts";
import { BLOBS, DOUBLES, type Point } from "../../../workers/cron/exploration/points.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { adjusted, completed, record, threshold } from "./make-event.ts";

beforeEach(fresh);

it("explores what is new, once, however often it comes", async () => {
  const explored: RequestRow[] = [];
  const take = (rows: readonly RequestRow[]) => explored.push(...rows);
  await deliver(
    flights(completed("e1"), completed("e2"), completed("e1"), adjusted("e3", "e1"), threshold("e4")),
    env.DB,
    take,
  );
  await deliver(flights(completed("e2"), completed("e5")), env.DB, take);
  expect(explored.map(({ event_id }) => event_id)).toEqual(["e1", "e2", "e5"]);
});

it("explores nothing that D1 did not take, and nothing twice that it took without saying so", async () => {
  const explored: RequestRow[] = [];
  const take = (rows: readonly RequestRow[]) => explored.push(...rows);
  const lost = faultyDatabase(env.DB, faults("before", "after"));
  const [message] = flights(completed("e1"));
  if (message === undefined) throw new Error("no message");
  await deliver([message], lost, take);
  await deliver([message], lost, take);
  await deliver([message], env.DB, take);
  expect(explored).toEqual([]);
});

it("a point has its columns where they always were", async () => {
  const points: Point[] = [];
  const dataset = { writeDataPoint: (point?: AnalyticsEngineDataPoint) => points.push(point as Point) };
  await deliver(
    flights(
      completed("e1"),
      completed("e2", { record: { ...record, first_byte_ms: null, outcome: "upstream_error" } }),
    ),
    env.DB,
    (rows) => explore(dataset, rows),
  );
  const [first, second] = points;
  const blobs = Object.fromEntries(BLOBS.map((name, index) => [name, first?.blobs[index]]));
  const doubles = Object.fromEntries(DOUBLES.map((name, index) => [name, first?.doubles[index]]));
  expect(first?.indexes).toEqual(["org_1"]);
  expect(blobs).toMatchObject({
    wallet_id: "wal_1",
    model: "openai/gpt-5",
    outcome: "completed",
    error_code: null,
    country: "DE",
    request_id: "req_e1",
  });
  expect(doubles).toMatchObject({
    cost_usd: 0.000001,
    input_tokens: 120,
    output_tokens: 35,
    latency_ms: 400,
    first_byte_ms: 120,
    status: 200,
  });
  expect(second?.doubles[DOUBLES.indexOf("first_byte_ms")]).toBe(-1);
});

it("does without a dataset, and with one that fails", async () => {
  explore(undefined, []);
  const rows: RequestRow[] = [];
  await deliver(flights(completed("e1")), env.DB, (found) => rows.push(...found));
  explore(
    {
      writeDataPoint: () => {
        throw new Error("no such dataset");
      },
    },
    rows,
  );
  expect(rows).toHaveLength(1);
});
