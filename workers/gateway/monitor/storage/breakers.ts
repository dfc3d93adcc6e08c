import * as z from "zod";
import type { Breaker } from "../../../../schema/health/breaker.ts";
import { BREAKER_STATES } from "../../../../schema/health/target-health.ts";

const schema = z.object({
  state: z.enum(BREAKER_STATES),
  since: z.int(),
  until: z.int().nullable(),
  failures_in_a_row: z.int(),
  openings: z.int(),
});

/** Breakers by model; "" is the provider's own. */
export const readBreakers = (sql: SqlStorage): ReadonlyMap<string, Breaker> =>
  new Map(
    sql
      .exec<{ target: string; value: string }>("SELECT target, value FROM breaker")
      .toArray()
      .map(({ target, value }): [string, Breaker] => [target, schema.parse(JSON.parse(value))]),
  );

export function writeBreaker(sql: SqlStorage, target: string, breaker: Breaker): void {
  sql.exec("INSERT OR REPLACE INTO breaker (target, value) VALUES (?, ?)", target, JSON.stringify(breaker));
}

export function forgetBreaker(sql: SqlStorage, target: string): void {
  sql.exec("DELETE FROM breaker WHERE target = ?", target);
}

export function forgetBreakers(sql: SqlStorage): void {
  sql.exec("DELETE FROM breaker");
}
