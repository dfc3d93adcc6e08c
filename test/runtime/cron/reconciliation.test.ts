import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { ourCount } from "../../../workers/dashboard/reconciliation/our-count.ts";
import { databaseOf } from "../../../workers/dashboard/store/database.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { adjusted, completed, context, HOUR, HOUR_MS, record } from "./make-event.ts";

beforeEach(fresh);

const DAY = new Date(HOUR).toISOString().slice(0, 10);
const of = (provider_id: string) => ourCount(databaseOf(env.DB), "org_1", provider_id, DAY, DAY);

const other = { ...context, provider_id: "anthropic", provider_kind: "anthropic", model: "anthropic/claude" };

test("what was charged counts for who bills it, an attempt for whoever was called then", async () => {
  await deliver(
    flights(
      completed("e1"),
      adjusted("overage", "e1", { at: HOUR + 24 * HOUR_MS }),
      adjusted("attempt", "e1", {
        reason: "attempt",
        cost_nano_usd: 500,
        context: other,
        record: { ...record, upstream_model: null, usage: { input: 10 }, outcome: "upstream_timeout" },
      }),
      completed("failed", { cost_nano_usd: 0, record: { ...record, usage: {}, outcome: "upstream_error" } }),
      completed("elsewhere", { org_id: "org_2" }),
    ),
  );
  expect(await of("openai")).toEqual([
    {
      day: DAY,
      key: "gpt-5",
      model: "gpt-5-2026-08-01",
      cost_nano_usd: 1_070n,
      requests: 1,
      input_tokens: 120,
      output_tokens: 35,
    },
  ]);
  expect(await of("anthropic")).toEqual([
    { day: DAY, key: "claude", model: "claude", cost_nano_usd: 500n, requests: 1, input_tokens: 10, output_tokens: 0 },
  ]);
});

test("days and models of no charge have no line", async () => {
  await deliver(flights(completed("failed", { cost_nano_usd: 0, record: { ...record, usage: {} } })));
  expect(await of("openai")).toEqual([]);
  expect(await of("nobody")).toEqual([]);
});
