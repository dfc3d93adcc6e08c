import * as z from "zod";
import { isJsonObject, tryParseJson } from "../../../schema/kernel/json.ts";
import { log } from "../../../schema/kernel/log.ts";
import { ALERT_KINDS } from "../../../schema/notifications/alert-kinds.ts";
import { insertDelivery } from "../../../schema/notifications/insert-delivery.ts";
import { DEFAULT_POLICY, type Policy, readPolicy, recipientsOf } from "../../../schema/notifications/policy.ts";
import type { Database } from "../env.ts";
import { problemOf } from "../problem-of.ts";
import { composeAlert } from "./compose-alert.ts";
import { readDirectory } from "./directory.ts";
import { DESTINATIONS_MAX, type Directory, type Giving, resolveRecipients } from "./resolve-recipients.ts";

export interface RouteSteps {
  newDeliveryId(): string;
  now(): number;
}

/** Alerts in one run; what is more than that comes with the next. */
const PAGE = 100;

/** Statements in one transaction. */
const STATEMENTS = 50;

interface AlertRow {
  readonly id: string;
  readonly org_id: string;
  readonly kind: string;
  readonly object_type: string;
  readonly object_id: string;
  readonly object_name: string | null;
  readonly team_id: string | null;
  readonly at: number;
  readonly details: string;
  readonly swallowed: number;
}

/**
 * Makes deliveries of alerts: whom each concerns is found now, by its org's policy. It may be done twice, or break off
 * anywhere: a place is told of an alert once. One that cannot be routed keeps no other waiting. Throws what D1 throws
 * before that.
 */
export async function routeAlerts(db: Database, steps: RouteSteps): Promise<{ alerts: number; deliveries: number }> {
  const { results } = await db.prepare(OPEN).bind(PAGE).all<AlertRow>();
  const directories = new Map<string, Promise<Directory>>();
  let deliveries = 0;
  for (const row of results) {
    try {
      const known = directories.get(row.org_id) ?? readDirectory(db, row.org_id);
      directories.set(row.org_id, known);
      deliveries += await route(db, steps, row, await known);
    } catch (error) {
      log("warn", "alert_not_routed", { alert_id: row.id, org_id: row.org_id, problem: problemOf(error) });
    }
  }
  return { alerts: results.length, deliveries };
}

/** The name that people know the object by, and what was swallowed since the alert before this that said the same. */
const OPEN = `
  SELECT id, org_id, kind, object_type, object_id, team_id, at, details,
    CASE object_type
      WHEN 'wallet' THEN (SELECT name FROM wallets WHERE wallets.id = object_id)
      WHEN 'key' THEN (SELECT name FROM api_keys WHERE api_keys.id = object_id)
      WHEN 'provider' THEN (SELECT name FROM providers WHERE providers.org_id = alerts.org_id AND providers.id = object_id)
    END AS object_name,
    (
      SELECT count(*) FROM alerts AS swallowed WHERE swallowed.swallowed_by = (
        SELECT id FROM alerts AS before
        WHERE before.org_id = alerts.org_id AND before.dedupe_key = alerts.dedupe_key AND before.swallowed_by IS NULL
          AND before.created_at < alerts.created_at
        ORDER BY before.created_at DESC LIMIT 1
      )
    ) AS swallowed
  FROM alerts WHERE routed_at IS NULL ORDER BY created_at LIMIT ?1`;

async function route(db: Database, steps: RouteSteps, row: AlertRow, directory: Directory): Promise<number> {
  const kind = ALERT_KINDS.find((name) => name === row.kind);
  const details = tryParseJson(row.details);
  const content = isJsonObject(details) ? details : {};
  const percent = typeof content.percent === "number" ? content.percent : null;
  const told = kind === undefined ? [] : recipientsOf(await policyOf(db, row), kind, percent);
  const giving = kind === "budget_request" ? await givingOf(db, row) : null;
  const places = resolveRecipients(told, row.team_id, row.kind, directory, giving);
  if (places.length === DESTINATIONS_MAX) {
    log("warn", "alert_cut", { alert_id: row.id, org_id: row.org_id, most: DESTINATIONS_MAX });
  }
  const notification = composeAlert({ ...row, details: content, object_name: row.object_name ?? row.object_id });
  const now = steps.now();
  const inserts = places.map((place) => {
    const { sql, params } = insertDelivery({ id: steps.newDeliveryId(), ...place, notification }, now);
    return db.prepare(sql).bind(...params);
  });
  // Last, and with the last of them: until then it is open, and done anew.
  const done = db.prepare("UPDATE alerts SET routed_at = ?2 WHERE id = ?1").bind(row.id, now);
  const statements = [...inserts, done];
  let made = 0;
  for (let from = 0; from < statements.length; from += STATEMENTS) {
    const results = await db.batch(statements.slice(from, from + STATEMENTS));
    made += results.reduce((sum, { meta }) => sum + meta.changes, 0);
  }
  return made - 1;
}

/** The policy of the alert's team, else its org's, else everybody's. */
async function policyOf(db: Database, { org_id, team_id }: AlertRow): Promise<Policy> {
  const found = await db
    .prepare(
      "SELECT ladder, recipients FROM alert_policies WHERE org_id = ?1 AND (team_id IS NULL OR team_id = ?2) ORDER BY team_id IS NULL LIMIT 1",
    )
    .bind(org_id, team_id)
    .first<{ ladder: string; recipients: string }>();
  if (found === null) return DEFAULT_POLICY;
  return readPolicy(tryParseJson(found.ladder), tryParseJson(found.recipients));
}

const idsSchema = z.array(z.string());

/** Whose money is asked for, as it is now: who leads that team may decide. Null where it is no team's. */
async function givingOf(db: Database, { org_id, object_id }: AlertRow): Promise<Giving | null> {
  const found = await db
    .prepare(
      `SELECT wallets.team_id, money_requests.requester_ids
       FROM money_requests JOIN wallets ON wallets.org_id = money_requests.org_id AND wallets.id = money_requests.from_wallet_id
       WHERE money_requests.org_id = ?1 AND money_requests.id = ?2 AND wallets.team_id IS NOT NULL`,
    )
    .bind(org_id, object_id)
    .first<{ team_id: string; requester_ids: string }>();
  return found === null ? null : { ...found, requester_ids: idsSchema.parse(tryParseJson(found.requester_ids)) };
}
