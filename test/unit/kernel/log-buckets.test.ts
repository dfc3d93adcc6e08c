import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import {
  bucketMs,
  bucketOf,
  bucketSql,
  quantileMs,
  RELATIVE_ERROR,
  ZERO_BUCKET,
} from "../../../schema/kernel/log-buckets.ts";

const HOUR_MS = 3_600_000;

/** Whole numbers over the whole range that durations have: all small ones, then ever sparser. */
function durations(): number[] {
  const all = Array.from({ length: 20_000 }, (_, ms) => ms);
  for (let ms = 20_000; ms <= HOUR_MS; ms = Math.ceil(ms * 1.0007)) all.push(ms);
  return all;
}

test("a bucket stands for each duration in it within the stated error", () => {
  for (const ms of durations()) {
    const off = Math.abs(bucketMs(bucketOf(ms)) - ms);
    // Where the bound is reached, the last bit of a float is not the bucket's fault.
    expect(off, `${ms} ms`).toBeLessThanOrEqual(ms * RELATIVE_ERROR * (1 + 1e-9));
  }
  expect(bucketMs(ZERO_BUCKET)).toBe(0);
});

test("SQLite puts each duration into the same bucket", () => {
  const database = new DatabaseSync(":memory:");
  const statement = database.prepare(`SELECT value AS ms, ${bucketSql("value")} AS bucket FROM json_each(?)`);
  const rows = statement.all(JSON.stringify(durations()));
  database.close();
  expect(rows.filter(({ ms, bucket }) => bucketOf(Number(ms)) !== bucket)).toEqual([]);
});

describe("percentiles", () => {
  const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const shapes: Readonly<Record<string, (random: () => number) => number>> = {
    uniform: (random) => random() * 30_000,
    exponential: (random) => -Math.log(1 - random()) * 900,
    "log-normal, as answers of models are": (random) => Math.exp(6.5 + 0.9 * normal(random)),
    "of two peaks, a cache and a model": (random) => (random() < 0.6 ? 2 + random() * 6 : 2_000 + random() * 800),
    "with a tail of minutes": (random) => 80 / (1 - random()) ** 1.4,
    constant: () => 421,
    "of nothing but zero and one": (random) => random() * 1.9,
  };

  test.each(Object.keys(shapes))("are within the stated error: %s", (name) => {
    const random = mulberry32(20_261_126);
    const shape = shapes[name];
    if (shape === undefined) throw new Error("no such shape");
    const values = Array.from({ length: 5_000 }, () => Math.min(HOUR_MS, Math.floor(shape(random))));
    const counts = new Map<number, number>();
    for (const ms of values) counts.set(bucketOf(ms), (counts.get(bucketOf(ms)) ?? 0) + 1);
    const sorted = values.toSorted((a, b) => a - b);
    for (const quantile of [0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1]) {
      const exact = sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1] ?? Number.NaN;
      const off = Math.abs((quantileMs(counts, quantile) ?? Number.NaN) - exact);
      expect(off, `p${quantile * 100} of ${exact} ms`).toBeLessThanOrEqual(exact * RELATIVE_ERROR * (1 + 1e-9));
    }
  });

  test("of nothing are none", () => expect(quantileMs(new Map(), 0.5)).toBeNull());
});

/** A number in [0, 1) from a seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
