import { type LogFields, log } from "../../../schema/kernel/log.ts";
import { formatUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { insertAlert, type NewAlert } from "../../../schema/notifications/alert.ts";
import { DEFAULT_ANOMALY_MINIMUM_NANO_USD } from "../../../schema/notifications/policy.ts";
import type { Database } from "../env.ts";
import { type Usual, usualSpend } from "../notifications/anomaly.ts";
import { problemOf } from "../problem-of.ts";
import { takePage } from "./take-page.ts";

const JOB = "detect-anomalies";

/** Orgs in one run. */
const PAGE = 100;
const HOUR_MS = 60 * 60 * 1000;

/** What came before that is compared with: two weeks, so that each hour of the week was there twice. */
const HISTORY_MS = 14 * 24 * HOUR_MS;

interface Candidate {
  readonly wallet_id: string;
  readonly team_id: string | null;
  readonly hour: number;
  readonly spent: number;
}

/**
 * Looks for wallets that have spent far more in this hour, or in the one before, than they usually do in an hour. An hour
 * is told of once. It goes by the rollups, so it sees what was charged some seconds ago.
 */
export async function detectAnomalies(db: Database, now: number): Promise<LogFields> {
  const orgs = await takePage<{ id: string }>(db, { job: JOB, sql: ORGS, params: [], page: PAGE });
  const counts = { anomalies: 0, failed: 0 };
  for (const { id } of orgs) {
    try {
      counts.anomalies += await detectInOrg(db, id, now);
    } catch (error) {
      counts.failed += 1;
      log("warn", "anomalies_not_looked_for", { org_id: id, problem: problemOf(error) });
    }
  }
  return { orgs: orgs.length, ...counts };
}

const ORGS = "SELECT id FROM orgs WHERE id > ?1 ORDER BY id LIMIT ?2";

async function detectInOrg(db: Database, org_id: string, now: number): Promise<number> {
  const this_hour = Math.floor(now / HOUR_MS) * HOUR_MS;
  const since = this_hour - HOUR_MS;
  const { results } = await db
    .prepare(CANDIDATES)
    .bind(org_id, since, DEFAULT_ANOMALY_MINIMUM_NANO_USD)
    .all<Candidate>();
  let found = 0;
  for (const candidate of results) {
    const usual = usualSpend(await hoursBefore(db, org_id, candidate.wallet_id, since));
    if (usual === null || candidate.spent <= usual.up_to_nano_usd) continue;
    const { sql, params } = await insertAlert(anomaly(org_id, candidate, usual, now), now);
    const { meta } = await db
      .prepare(sql)
      .bind(...params)
      .run();
    found += meta.changes;
  }
  return found;
}

/** Wallets that have spent at least what their policy says in one of the hours. */
const CANDIDATES = `
  SELECT wallet_id, (SELECT team_id FROM wallets WHERE wallets.id = wallet_id) AS team_id, hour,
    SUM(cost_nano_usd) AS spent
  FROM rollup_hourly WHERE org_id = ?1 AND hour >= ?2
  GROUP BY wallet_id, hour
  HAVING SUM(cost_nano_usd) >= coalesce((
    SELECT anomaly_minimum_nano_usd FROM alert_policies
    WHERE alert_policies.org_id = ?1 AND (
      alert_policies.team_id IS NULL
      OR alert_policies.team_id = (SELECT team_id FROM wallets WHERE wallets.id = rollup_hourly.wallet_id)
    )
    ORDER BY alert_policies.team_id IS NULL LIMIT 1
  ), ?3)`;

/** What the wallet spent in each hour of before in which it spent at all. */
async function hoursBefore(db: Database, org_id: string, wallet_id: string, since: number): Promise<number[]> {
  const { results } = await db
    .prepare(
      "SELECT SUM(cost_nano_usd) AS spent FROM rollup_hourly WHERE org_id = ?1 AND hour >= ?2 AND hour < ?3 AND wallet_id = ?4 GROUP BY hour HAVING SUM(cost_nano_usd) > 0",
    )
    .bind(org_id, since - HISTORY_MS, since, wallet_id)
    .all<{ spent: number }>();
  return results.map(({ spent }) => spent);
}

const dollars = (amount: number): string => formatUsd(nanoUsd(amount));

const anomaly = (
  org_id: string,
  { wallet_id, team_id, hour, spent }: Candidate,
  usual: Usual,
  at: number,
): NewAlert => ({
  source: `anomaly/${wallet_id}/${hour}`,
  org_id,
  kind: "anomaly",
  object: { type: "wallet", id: wallet_id },
  team_id,
  at,
  details: {
    hour: formatTime(hour),
    spent_usd: dollars(spent),
    median_usd: dollars(usual.median_nano_usd),
    usual_up_to_usd: dollars(usual.up_to_nano_usd),
  },
  dedupe_key: `anomaly/${wallet_id}`,
});
