import { insertAlert, type NewAlert } from "../../../schema/notifications/alert.ts";
import type { EventOf } from "../../../schema/wire/events.ts";
import type { Database } from "../env.ts";

/** Refusals that money does not explain: a key that asks for what it may not have, or that has ended. */
const SUSPICIOUS_CODES: ReadonlySet<string> = new Set([
  "invalid_api_key",
  "forbidden",
  "policy_denied",
  "region_denied",
  "content_blocked",
]);

const WINDOW_MS = 10 * 60 * 1000;

/** An app that was set up wrongly is noticed by its own users before; somebody who tries keys or models is not. */
const BURST = 50;

/**
 * Writes an alert for each key of these events of which many requests were refused within ten minutes, as its org's audit
 * log has them. Answers how many. Throws what D1 throws.
 */
export async function alertRefusedKeys(
  db: Database,
  events: readonly EventOf<"request.blocked">[],
  now: number,
): Promise<number> {
  const latest = new Map(
    events
      .filter(({ details }) => SUSPICIOUS_CODES.has(details.code))
      .map((event) => [`${event.org_id}/${event.actor.id}`, event]),
  );
  const found = await Promise.all([...latest.values()].map((event) => burstOf(db, event)));
  const alerts = found.filter((alert) => alert !== null);
  if (alerts.length === 0) return 0;
  const statements = await Promise.all(alerts.map((alert) => insertAlert(alert, now)));
  await db.batch(statements.map(({ sql, params }) => db.prepare(sql).bind(...params)));
  return alerts.length;
}

async function burstOf(db: Database, event: EventOf<"request.blocked">): Promise<NewAlert | null> {
  const { org_id, actor, at, details, wallet_id } = event;
  const row = await db
    .prepare(COUNT)
    .bind(org_id, at - WINDOW_MS, actor.id, JSON.stringify([...SUSPICIOUS_CODES]), wallet_id)
    .first<{ count: number; team_id: string | null }>();
  if (row === null || row.count < BURST) return null;
  return {
    source: `refused/${event.event_id}`,
    org_id,
    kind: "security",
    object: { type: "key", id: actor.id },
    team_id: row.team_id,
    at,
    details: { check: "refused_keys", count: row.count, minutes: WINDOW_MS / 60_000, code: details.code },
    dedupe_key: `refused/${actor.id}`,
  };
}

const COUNT = `
  SELECT coalesce(sum(details ->> 'count'), 0) AS count,
    (SELECT team_id FROM wallets WHERE wallets.id = ?5 AND wallets.org_id = ?1) AS team_id
  FROM audit_log
  WHERE org_id = ?1 AND at > ?2 AND actor_id = ?3 AND outcome = 'blocked'
    AND details ->> 'code' IN (SELECT value FROM json_each(?4))`;
