import { rm } from "node:fs/promises";
import { runtimeEffects } from "../../schema/kernel/effects.ts";
import { LOG_BEGINS, REBUILD } from "../../schema/rollup/statements.ts";
import type { ControlHandlers } from "./control-server.ts";
import type { DataFolder } from "./data-folder.ts";
import { type DemoState, forgetDemoState, walletObjectFile } from "./demo-state.ts";
import { query, type SqlStatement } from "./sql-database.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The story begins so many days before its end at the latest. */
const STORY_DAYS = 32;

/** Deletes what the demo's wallets keep. Only while no runtime has the files. */
export async function removeDemoObjects({ state }: DataFolder, { made }: DemoState): Promise<void> {
  for (const id of made?.wallet_ids ?? []) {
    for (const suffix of ["", "-wal", "-shm"]) await rm(`${walletObjectFile(state, id)}${suffix}`, { force: true });
  }
}

/**
 * Removes what the demo made up: its requests with their sums, wallets with their keys, whoever made those, teams, people,
 * rules, the experiment, what the cache saved, alerts. The organisation and what was made in it since stay, but for what was spent from those
 * wallets. The audit log keeps its entries, which nothing takes out of a chain, and has one that says what was done.
 */
export async function removeDemoData(
  { database, appendAudit }: Pick<ControlHandlers, "database" | "appendAudit">,
  folder: DataFolder,
  { now, made }: DemoState,
): Promise<void> {
  if (made !== null) {
    const { org_id } = made;
    await database.batch(deletions(made, now));
    const [mark] = await query(database, "SELECT cursor FROM job_state WHERE job = ?", LOG_BEGINS);
    for (const params of daysOf(now, Number(mark?.cursor ?? 0))) {
      await database.batch(REBUILD.map((sql) => ({ sql, params })));
    }
    const effects = runtimeEffects();
    await appendAudit(org_id, [
      {
        id: effects.newId("audit"),
        at: effects.now(),
        actor: { type: "system", id: "npm start", name: "npm start --remove-demo" },
        action: "demo.removed",
        outcome: "done",
        target: { type: "org", id: org_id },
        request_id: null,
        ip: null,
        details: {},
      },
    ]);
  }
  await forgetDemoState(folder.path);
}

/** In the order in which rows refer to each other. */
function deletions({ org_id, ...ids }: NonNullable<DemoState["made"]>, now: number): readonly SqlStatement[] {
  const [wallets, rows] = [JSON.stringify(ids.wallet_ids), JSON.stringify(ids.row_ids)];
  const where = (table: string, column: string, list: string, more = ""): SqlStatement => ({
    sql: `DELETE FROM ${table} WHERE org_id = ? AND ${column} IN (SELECT value FROM json_each(?))${more}`,
    params: [org_id, list],
  });
  const without_org = (table: string, column: string): SqlStatement => ({
    sql: `DELETE FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?))`,
    params: [rows],
  });
  const of_requests = ["request_log", "request_adjustments", "wallet_events", "rollup_hourly", "rollup_daily"];
  return [
    ...of_requests.map((table) => where(table, "wallet_id", wallets)),
    where("alerts", "object_id", wallets),
    // Of real ones, the time at which they were told is not that at which they were written.
    where("alerts", "object_id", rows, ` AND created_at <= ${Math.trunc(now)} AND routed_at = created_at`),
    ...["wallet_id", "from_wallet_id", "to_wallet_id"].map((column) => where("money_requests", column, wallets)),
    where("api_keys", "wallet_id", wallets),
    where("wallets", "id", wallets),
    without_org("experiment_figures", "experiment_id"),
    without_org("experiment_latencies", "experiment_id"),
    where("experiments", "id", rows),
    where("cache_settings", "id", rows),
    where("cache_hourly", "team_id", rows),
    where("routing_rules", "id", rows),
    // One that somebody has given a credential is theirs.
    where("providers", "id", rows, " AND enabled = 0 AND credential IS NULL"),
    // Whoever was put there since goes with their team, and with their person.
    where("team_members", "team_id", rows),
    where("team_members", "member_id", rows),
    where("teams", "id", rows),
    where("members", "id", rows),
    without_org("users", "id"),
    { sql: "UPDATE orgs SET demo = 0 WHERE id = ?", params: [org_id] },
  ];
}

/** The days of the story and those since, each to be summed anew from the log, as far back as that is whole. */
function daysOf(now: number, log_begins: number): readonly [from: number, to: number][] {
  const first = Math.floor(now / DAY_MS) * DAY_MS - STORY_DAYS * DAY_MS;
  const end = Math.max(now, Date.now()) + HOUR_MS;
  const days: [number, number][] = [];
  for (let from = first; from < end; from += DAY_MS) {
    if (from + DAY_MS > log_begins) days.push([Math.max(from, log_begins), from + DAY_MS]);
  }
  return days;
}
