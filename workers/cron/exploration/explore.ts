import { log } from "../../../schema/kernel/log.ts";
import type { Env } from "../env.ts";
import type { RequestRow } from "../events/rows.ts";
import { problemOf } from "../problem-of.ts";
import { pointOf } from "./points.ts";

/**
 * Writes a point for each request to the dataset, if there is one. A crash between D1's answer and this loses points, and
 * never doubles any. A worker may write 250 in one run; a batch of the queue has 100.
 */
export function explore(dataset: Env["EXPLORATION"], requests: readonly RequestRow[]): void {
  if (dataset === undefined) return;
  try {
    for (const request of requests) dataset.writeDataPoint(pointOf(request));
  } catch (error) {
    log("warn", "points_not_written", { points: requests.length, problem: problemOf(error) });
  }
}
