import type { SharedTarget } from "../../../schema/health/shared-health.ts";
import type { ModelBatch } from "../../../schema/wire/monitor-rpc.ts";
import { percentile } from "../stores/latency-buckets.ts";

const SLOT_MS = 15_000;
/** Two minutes. */
const SLOTS = 8;

type Buckets = Map<number, number>;

interface Slot {
  readonly number: number;
  ok: number;
  failed: number;
  readonly latency: Buckets;
  readonly first_byte: Buckets;
}

export type CallFigures = Omit<SharedTarget, "breaker">;

/**
 * Calls of the last two minutes, in memory alone: an object that starts anew begins without them, and knows them again two
 * minutes later.
 */
export class RecentCalls {
  #slots: readonly Slot[] = [];

  add(batch: Pick<ModelBatch, "ok" | "failed" | "latency" | "first_byte">, now: number): void {
    const number = Math.floor(now / SLOT_MS);
    let slot = this.#slots.at(-1);
    if (slot?.number !== number) {
      slot = { number, ok: 0, failed: 0, latency: new Map(), first_byte: new Map() };
      this.#slots = [...this.#young(now), slot];
    }
    slot.ok += batch.ok;
    slot.failed += batch.failed;
    for (const kind of ["latency", "first_byte"] as const) {
      for (const [bucket, more] of Object.entries(batch[kind])) addTo(slot[kind], Number(bucket), more);
    }
  }

  /** Forgets all: what was before a breaker closed says nothing of what comes. */
  clear(): void {
    this.#slots = [];
  }

  figures(now: number): CallFigures {
    const slots = this.#young(now);
    const latency = sum(slots.map((slot) => slot.latency));
    const first_byte = sum(slots.map((slot) => slot.first_byte));
    return {
      ok: slots.reduce((total, { ok }) => total + ok, 0),
      failed: slots.reduce((total, { failed }) => total + failed, 0),
      latency_p50_ms: percentile(latency, 0.5),
      latency_p95_ms: percentile(latency, 0.95),
      first_byte_p50_ms: percentile(first_byte, 0.5),
      first_byte_p95_ms: percentile(first_byte, 0.95),
    };
  }

  #young(now: number): readonly Slot[] {
    const oldest = Math.floor(now / SLOT_MS) - SLOTS + 1;
    return this.#slots.filter(({ number }) => number >= oldest);
  }
}

function addTo(counts: Buckets, bucket: number, more: number): void {
  counts.set(bucket, (counts.get(bucket) ?? 0) + more);
}

function sum(all: readonly Buckets[]): Buckets {
  const total: Buckets = new Map();
  for (const counts of all) for (const [bucket, count] of counts) addTo(total, bucket, count);
  return total;
}
