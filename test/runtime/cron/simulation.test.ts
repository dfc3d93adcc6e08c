import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Fault, faultyDatabase } from "../../../bench/workers/faulty-database.ts";
import { inputTokens, outputTokens } from "../../../schema/canonical/usage.ts";
import { MAX_NANO_USD } from "../../../schema/kernel/money.ts";
import type { Event } from "../../../schema/wire/events.ts";
import { REQUEST_OUTCOMES, type RequestRecord } from "../../../schema/wire/request-record.ts";
import type { Database } from "../../../workers/cron/env.ts";
import { checkRollup } from "../../../workers/cron/rollup/check.ts";
import { deliver, type Flight } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { catchLogLines } from "./log-lines.ts";
import { adjusted, completed, context, HOUR, HOUR_MS, record, threshold } from "./make-event.ts";
import { count } from "./sums.ts";

beforeEach(fresh);
afterEach(() => void vi.restoreAllMocks());

/** A number in [0, 1) from a seed: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Dice {
  readonly random: () => number;
  constructor(seed: number) {
    this.random = randomOf(seed);
  }
  below(n: number): number {
    return Math.floor(this.random() * n);
  }
  chance(probability: number): boolean {
    return this.random() < probability;
  }
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }
  shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, order: this.random() }))
      .sort((a, b) => a.order - b.order)
      .map(({ item }) => item);
  }
}

function randomEvent(dice: Dice, index: number): Event {
  const place = {
    at: HOUR + dice.below(3 * HOUR_MS),
    org_id: dice.pick(["org_1", "org_2"]),
    wallet_id: dice.pick(["wal_1", "wal_2", "wal_3"]),
    context: {
      ...context,
      key_id: dice.pick(["key_1", "key_2"]),
      model: dice.pick(["openai/gpt-5", "anthropic/claude"]),
      feature: dice.pick(["summary", "chat", null]),
    },
  };
  const result: RequestRecord = {
    ...record,
    outcome: dice.pick(REQUEST_OUTCOMES),
    usage: { input: dice.below(10_000), output: dice.below(10_000) },
    latency_ms: dice.below(60_000),
  };
  // Now and then an amount at the very top, so that sums leave what a number holds exactly.
  const cost_nano_usd = dice.chance(0.02) ? MAX_NANO_USD - dice.below(1_000) : dice.below(50_000_000);
  const event_id = `${place.wallet_id}:${index}`;
  const kind = dice.random();
  if (kind < 0.75) return completed(event_id, { ...place, cost_nano_usd, record: result });
  if (kind < 0.85)
    return adjusted(event_id, `${index}`, {
      ...place,
      cost_nano_usd: -cost_nano_usd,
      reason: "correction",
      record: result,
    });
  if (kind < 0.9) return adjusted(event_id, `${index}`, { ...place, cost_nano_usd, reason: "attempt", record: result });
  if (kind < 0.95) return adjusted(event_id, `${index}`, { ...place, cost_nano_usd });
  return threshold(event_id);
}

interface Figures {
  requests: number;
  cost_nano_usd: bigint;
  input_tokens: number;
  output_tokens: number;
  latency_ms_sum: number;
}

/** What the rollup must be, added up without SQL from the events themselves. */
function expectedRollup(events: readonly Event[]): Map<string, Figures> {
  const rows = new Map<string, Figures>();
  for (const event of events) {
    if (event.type !== "request.completed" && event.type !== "request.adjusted") continue;
    const isRequest = event.type === "request.completed";
    const { key_id, provider_id, model, feature } = event.context;
    const outcome = isRequest ? event.record.outcome : event.reason;
    const hour = Math.floor(event.at / HOUR_MS) * HOUR_MS;
    const key = [event.org_id, hour, event.wallet_id, key_id, provider_id, model, feature ?? "", outcome].join("|");
    const row = rows.get(key) ?? {
      requests: 0,
      cost_nano_usd: 0n,
      input_tokens: 0,
      output_tokens: 0,
      latency_ms_sum: 0,
    };
    const usage = isRequest || event.reason !== "overage" ? (event.record?.usage ?? {}) : {};
    row.requests += isRequest ? 1 : 0;
    row.cost_nano_usd += BigInt(event.cost_nano_usd);
    row.input_tokens += inputTokens(usage);
    row.output_tokens += outputTokens(usage);
    row.latency_ms_sum += isRequest ? event.record.latency_ms : 0;
    rows.set(key, row);
  }
  return rows;
}

async function actualRollup(): Promise<Map<string, Figures>> {
  const { results } = await env.DB.prepare(`
    SELECT org_id || '|' || hour || '|' || wallet_id || '|' || key_id || '|' || provider_id || '|' || model || '|' ||
        feature || '|' || outcome AS key,
      requests, CAST(cost_nano_usd AS TEXT) AS cost_nano_usd, input_tokens, output_tokens, latency_ms_sum
    FROM rollup_hourly`).all<Omit<Figures, "cost_nano_usd"> & { key: string; cost_nano_usd: string }>();
  return new Map(results.map(({ key, ...row }) => [key, { ...row, cost_nano_usd: BigInt(row.cost_nano_usd) }]));
}

/** A database of its own dice, so that a run does not depend on how concurrent batches take turns. */
function ailing(seed: number, fault_rate: number): Database {
  const dice = new Dice(seed);
  const next = (): Fault => (dice.chance(fault_rate) ? dice.pick<Fault>(["before", "after"]) : "none");
  return faultyDatabase(env.DB, next);
}

/** Takes a random number of messages, up to a full batch, off a random place. */
function takeBatch(dice: Dice, waiting: Flight[]): Flight[] {
  const size = 1 + dice.below(100);
  return waiting.splice(dice.below(Math.max(1, waiting.length - size)), size);
}

/** Dead letters as the messages that their replay would send. */
async function takeDeadLetters(round: number): Promise<Flight[]> {
  const { results } = await env.DB.prepare("SELECT id, body FROM dead_letters").all<{ id: string; body: string }>();
  await env.DB.prepare("DELETE FROM dead_letters").run();
  return results.map(({ id, body }) => ({ id: `${id}-replay${round}`, attempts: 1, body: JSON.parse(body) }));
}

test.each([
  { seed: 1, events: 3_000 },
  { seed: 20_261_123, events: 1_500 },
  { seed: 77, events: 1_500 },
])(
  "$events events from seed $seed count once through duplicates, redelivery, faults and concurrency",
  async ({ seed, events: n }) => {
    const lines = catchLogLines();
    const dice = new Dice(seed);
    const events = Array.from({ length: n }, (_, index) => randomEvent(dice, index));
    const duplicates = events.filter(() => dice.chance(0.15));
    let waiting: Flight[] = dice
      .shuffled([...events, ...duplicates])
      .map((body, index) => ({ id: `m${index}`, attempts: 1, body }));
    let replays = 0;
    for (let round = 0; waiting.length > 0; round += 1) {
      expect(round).toBeLessThan(2_000);
      // In each round D1 is well, ailing or nearly down.
      const fault_rate = dice.pick([0, 0.4, 0.95]);
      const batches = Array.from({ length: 1 + dice.below(4) }, () => takeBatch(dice, waiting)).filter(
        (batch) => batch.length > 0,
      );
      const outcomes = await Promise.all(
        batches.map((batch) => deliver(batch, ailing(dice.below(1_000_000), fault_rate))),
      );
      batches.forEach((batch, index) => {
        const acked = new Set(outcomes[index]?.acked);
        // A lost acknowledgement is a redelivery of what was consumed.
        const back = batch.filter(({ id }) => !acked.has(id) || dice.chance(0.05));
        waiting.push(...back.map((message) => ({ ...message, attempts: message.attempts + 1 })));
      });
      if (waiting.length === 0) {
        waiting = await takeDeadLetters(round);
        replays += waiting.length;
      }
    }

    expect(await actualRollup()).toEqual(expectedRollup(events));
    expect(await count("request_log")).toBe(events.filter(({ type }) => type === "request.completed").length);
    expect(await count("request_adjustments")).toBe(events.filter(({ type }) => type === "request.adjusted").length);
    expect(await count("wallet_events")).toBe(events.filter(({ type }) => type === "wallet.threshold").length);
    const report = await checkRollup(env.DB, { from: HOUR, to: HOUR + 3 * HOUR_MS });
    expect(report).toMatchObject({ status: "checked", differences: [] });
    // The run was what it says: it had failures, duplicates, and events that became dead letters and were replayed.
    expect(lines("events_not_recorded").length).toBeGreaterThan(10);
    expect(lines("events_recorded").some(({ duplicates: seen }) => Number(seen) > 0)).toBe(true);
    expect(replays).toBeGreaterThan(0);
  },
  60_000,
);
