import { env } from "cloudflare:workers";

/** Sums over all rows. Money as digits: it may be beyond what a number holds exactly. */
export interface Sums {
  readonly requests: number;
  readonly cost_nano_usd: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly latency_ms: number;
}

/** What the rollup adds up to. */
export const rollupSums = () =>
  one<Sums>(`
    SELECT TOTAL(requests) AS requests, CAST(SUM(cost_nano_usd) AS TEXT) AS cost_nano_usd,
      TOTAL(input_tokens) AS input_tokens, TOTAL(output_tokens) AS output_tokens, TOTAL(latency_ms_sum) AS latency_ms
    FROM rollup_hourly`);

/** How many rows a table has. */
export const count = async (table: "request_log" | "request_adjustments" | "wallet_events" | "dead_letters") =>
  (await one<{ n: number }>(COUNTS[table])).n;

const COUNTS = {
  request_log: "SELECT COUNT(*) AS n FROM request_log",
  request_adjustments: "SELECT COUNT(*) AS n FROM request_adjustments",
  wallet_events: "SELECT COUNT(*) AS n FROM wallet_events",
  dead_letters: "SELECT COUNT(*) AS n FROM dead_letters",
};

async function one<Row>(sql: string): Promise<Row> {
  const row = await env.DB.prepare(sql).first<Row>();
  if (row === null) throw new Error("no row");
  return row;
}
