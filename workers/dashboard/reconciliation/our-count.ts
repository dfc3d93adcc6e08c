import { sql } from "drizzle-orm";
import * as z from "zod";
import type { Database } from "../store/database.ts";
import { modelKey } from "./model-key.ts";
import type { CountedLine } from "./read-export.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

const row = z.object({
  model: z.string(),
  cost_nano_usd: z.string(),
  requests: z.int(),
  input_tokens: z.int(),
  output_tokens: z.int(),
});

/**
 * What we charged for one provider's models, from `first` to `last` day of UTC, both included, by day and model as the
 * provider names it. A request counts when it cost something or used tokens: one that failed is on no bill. A later
 * posting, overage or correction, counts on the day of its request. Days are read one by one: none is a long statement.
 */
export async function ourCount(
  db: Database,
  org_id: string,
  provider_id: string,
  first: string,
  last: string,
): Promise<readonly CountedLine[]> {
  const lines: CountedLine[] = [];
  for (let from = Date.parse(first); from <= Date.parse(last); from += DAY_MS) {
    const rows = await db.all<unknown>(statement(org_id, provider_id, from, from + DAY_MS));
    const day = new Date(from).toISOString().slice(0, 10);
    lines.push(...rows.map((read) => lineOf(day, row.parse(read))));
  }
  return lines;
}

function lineOf(day: string, { model, cost_nano_usd, ...counts }: z.infer<typeof row>): CountedLine {
  return { day, key: modelKey(model), model, cost_nano_usd: BigInt(cost_nano_usd), ...counts };
}

/**
 * `provider/model` without the provider, where the answer did not say what the model is called there. An attempt that was
 * charged by itself is the bill of whoever was called then, which need not be who answered in the end: it counts as a
 * request of its own. What was answered from the cache is on no bill. Overages and corrections count with their request.
 */
const statement = (org_id: string, provider_id: string, from: number, to: number) => sql`
  WITH request AS (
    SELECT COALESCE(upstream_model, substr(model, instr(model, '/') + 1)) AS model, request_id, wallet_id,
      cost_nano_usd, input_tokens, output_tokens
    FROM request_log
    WHERE org_id = ${org_id} AND at >= ${from} AND at < ${to} AND provider_id = ${provider_id}
      AND usage_source <> 'cache'
  ), posting AS (
    SELECT model, cost_nano_usd <> 0 OR input_tokens + output_tokens > 0 AS requests, cost_nano_usd, input_tokens,
      output_tokens
    FROM request
    UNION ALL
    SELECT request.model, 0, adjustment.cost_nano_usd, adjustment.input_tokens, adjustment.output_tokens
    FROM request JOIN request_adjustments AS adjustment USING (request_id, wallet_id)
    WHERE adjustment.reason <> 'attempt'
    UNION ALL
    SELECT COALESCE(record ->> 'upstream_model', substr(model, instr(model, '/') + 1)),
      cost_nano_usd <> 0 OR input_tokens + output_tokens > 0, cost_nano_usd, input_tokens, output_tokens
    FROM request_adjustments
    WHERE org_id = ${org_id} AND at >= ${from} AND at < ${to} AND provider_id = ${provider_id} AND reason = 'attempt'
  )
  SELECT model, CAST(SUM(cost_nano_usd) AS TEXT) AS cost_nano_usd, SUM(requests) AS requests,
    SUM(input_tokens) AS input_tokens, SUM(output_tokens) AS output_tokens
  FROM posting
  GROUP BY model
  HAVING SUM(requests) > 0 OR SUM(cost_nano_usd) <> 0`;
