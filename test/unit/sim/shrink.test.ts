import { expect, test } from "vitest";
import { shrink } from "../../../sim/shrink/shrink.ts";

const numbers = Array.from({ length: 100 }, (_, index) => index);

test("only what a failure needs is kept, in its order", async () => {
  const fails = async (items: readonly number[]) => [17, 42, 43, 99].every((needed) => items.includes(needed));
  expect(await shrink(numbers, fails, 1_000)).toEqual([17, 42, 43, 99]);
});

test("what needs nothing shrinks to nothing", async () => {
  expect(await shrink(numbers, async () => true, 1_000)).toEqual([]);
});

test("a budget that is used up leaves what is known to fail", async () => {
  const fails = async (items: readonly number[]) => items.includes(60);
  const kept = await shrink(numbers, fails, 3);
  expect(kept).toContain(60);
  expect(kept.length).toBeLessThan(100);
});
