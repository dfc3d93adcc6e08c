import type { RequestRow } from "../events/rows.ts";

/** The dataset's index: sampling keeps each org's share. At most 96 bytes. */
export interface Point {
  readonly indexes: [string];
  readonly blobs: (string | null)[];
  readonly doubles: number[];
}

/**
 * What stands where in a data point of Analytics Engine: `blob1` is the wallet, `double1` the cost. Columns are added at
 * the end and never moved: points of months ago stay as they are.
 */
export const BLOBS = [
  "wallet_id",
  "key_id",
  "provider_id",
  "model",
  "outcome",
  "error_code",
  "feature",
  "subject",
  "country",
  "team_id",
  "cost_center",
  "dialect",
  "request_id",
] as const satisfies readonly (keyof RequestRow)[];

export const DOUBLES = [
  "cost_usd",
  "input_tokens",
  "output_tokens",
  "latency_ms",
  "first_byte_ms",
  "status",
  "attempts",
] as const;

/** Dollars as a double, which is not exact: nothing is charged by these points, see docs/scale.md. */
export const pointOf = (row: RequestRow): Point => ({
  indexes: [row.org_id.slice(0, 96)],
  blobs: BLOBS.map((name) => row[name] ?? null),
  doubles: [
    row.cost_nano_usd / 1e9,
    row.input_tokens,
    row.output_tokens,
    row.latency_ms,
    // A double cannot be null: an answer that never began is below zero.
    row.first_byte_ms ?? -1,
    row.status,
    row.attempts,
  ],
});
