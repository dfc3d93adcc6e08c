import { and, asc, count, desc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import { formatUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import { formatTime, formatTimeOrNull } from "../../../schema/kernel/time.ts";
import type { AlertKind } from "../../../schema/notifications/alert-kinds.ts";
import { moneyRequests } from "../../../schema/tables/console.ts";
import { alerts } from "../../../schema/tables/notifications.ts";
import { providerHealth, providers, wallets } from "../../../schema/tables/tables.ts";
import { type Actor, may } from "../access/actor.ts";
import type { Database } from "../store/database.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const ALERT_DAYS = 7;
const SHOWN = 10;

/** Told beside it already: by the wallets that are used the most, and by the money that is asked for. */
const TOLD_ELSEWHERE = ["threshold", "budget_request"] as const satisfies AlertKind[];

/**
 * What was told in the last week, what is odd before what is seen elsewhere, of either the newest first; how much of it
 * there is by kind, and in the last day.
 */
export async function alertsSection(db: Database, org_id: string, now: number) {
  const since = now - ALERT_DAYS * DAY_MS;
  const lately = and(eq(alerts.org_id, org_id), gt(alerts.created_at, since), isNull(alerts.swallowed_by));
  const [newest, kinds] = await Promise.all([
    db
      .select()
      .from(alerts)
      .where(lately)
      .orderBy(inArray(alerts.kind, [...TOLD_ELSEWHERE]), desc(alerts.created_at), desc(alerts.id))
      .limit(SHOWN),
    db
      .select({
        kind: alerts.kind,
        alerts: count(),
        last_day: sql<number>`SUM(${alerts.created_at} > ${sql.raw(String(now - DAY_MS))})`,
      })
      .from(alerts)
      .where(lately)
      .groupBy(alerts.kind),
  ]);
  return {
    since: formatTime(since),
    last_day: kinds.reduce((sum, { last_day }) => sum + last_day, 0),
    by_kind: Object.fromEntries(kinds.map(({ kind, alerts: all }) => [kind, all])),
    data: newest.map(({ id, kind, object_type, object_id, team_id, at, details }) => ({
      id,
      kind,
      object_type,
      object_id,
      team_id,
      at: formatTime(at),
      details,
    })),
  };
}

/** Money that was asked for and that nobody has decided about, the oldest first. */
export async function moneySection(db: Database, actor: Actor, now: number) {
  const waiting = and(
    eq(moneyRequests.org_id, actor.org_id),
    inArray(moneyRequests.kind, ["transfer", "adjustment", "top_up"]),
    eq(moneyRequests.status, "pending"),
    sql`(${moneyRequests.expires_at} IS NULL OR ${moneyRequests.expires_at} > ${now})`,
  );
  const [rows, [all]] = await Promise.all([
    db
      .select({ row: moneyRequests, giving_team: wallets.team_id })
      .from(moneyRequests)
      .leftJoin(wallets, and(eq(wallets.org_id, moneyRequests.org_id), eq(wallets.id, moneyRequests.from_wallet_id)))
      .where(waiting)
      .orderBy(asc(moneyRequests.created_at))
      .limit(SHOWN),
    db.select({ waiting: count() }).from(moneyRequests).where(waiting),
  ]);
  const own = actor.type === "key" ? actor.key_id : actor.user.user_id;
  return {
    waiting: all?.waiting ?? 0,
    data: rows.map(({ row, giving_team }) => ({
      id: row.id,
      kind: row.kind,
      wallet_id: row.wallet_id,
      from_wallet_id: row.from_wallet_id,
      to_wallet_id: row.to_wallet_id,
      amount_usd: formatUsd(nanoUsd(row.amount_nano_usd)),
      reason: row.reason,
      requested_by_name: row.requested_by_name,
      created_at: formatTime(row.created_at),
      expires_at: formatTimeOrNull(row.expires_at),
      /** Nobody decides about what they asked for themselves; who leads a team about what that team gives. */
      may_decide: may(actor, "money:approve", giving_team) && !row.requester_ids.includes(own),
    })),
  };
}

/** How many providers there are, and which of those that are in use are not well. */
export async function providersSection(db: Database, org_id: string) {
  const rows = await db
    .select({
      id: providers.id,
      name: providers.name,
      kind: providers.kind,
      enabled: providers.enabled,
      state: providerHealth.state,
      since: providerHealth.since,
    })
    .from(providers)
    .leftJoin(
      providerHealth,
      and(eq(providerHealth.org_id, providers.org_id), eq(providerHealth.provider_id, providers.id)),
    )
    .where(eq(providers.org_id, org_id));
  const enabled = rows.filter((row) => row.enabled);
  return {
    providers: rows.length,
    enabled: enabled.length,
    troubled: enabled
      .filter(({ state }) => state !== null && state !== "healthy")
      .map(({ id, name, kind, state, since }) => ({ id, name, kind, state, since: formatTimeOrNull(since) })),
  };
}
