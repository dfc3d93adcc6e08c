import { expect, test } from "vitest";
import { Timeline } from "../../../bench/abuse/timeline.ts";

test("a timeline knows the least and the most of a time, what it was at its beginning included", () => {
  const line = new Timeline(5);
  line.set(9, 10);
  line.set(2, 20);
  line.set(4, 30);
  expect(line.value).toBe(4);
  expect([line.leastSince(5), line.mostSince(5)]).toEqual([2, 9]);
  expect([line.leastSince(25), line.mostSince(25)]).toEqual([2, 4]);
  expect([line.leastSince(30), line.mostSince(30)]).toEqual([4, 4]);
  expect([line.leastSince(-1), line.mostSince(-1)]).toEqual([2, 9]);
});
