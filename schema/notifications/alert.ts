import { sha256Hex } from "../audit/sha256.ts";
import { base32, ID_PREFIXES } from "../kernel/ids.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { SqlStatement } from "../wire/audit-rpc.ts";
import type { AlertKind } from "./alert-kinds.ts";
import { DEFAULT_DEDUPE_MINUTES } from "./policy.ts";

/** Something that somebody may want to know. */
export interface NewAlert {
  /** What it tells of, unique for ever: the same told twice is one alert. */
  readonly source: string;
  readonly org_id: string;
  readonly kind: AlertKind;
  readonly object: { readonly type: string; readonly id: string };
  /** The team it concerns, if any. */
  readonly team_id: string | null;
  /** When it happened, milliseconds. */
  readonly at: number;
  readonly details: JsonObject;
  /** Alerts with one key say the same, and are sent once in a while. */
  readonly dedupe_key: string;
  /** One that says more than those before it is sent all the same. */
  readonly rank?: number;
}

const HEX_DIGITS_OF_ID = 32;

/** The id of an alert: made of what it tells of. */
export async function alertId(source: string): Promise<string> {
  const digits = (await sha256Hex(source)).slice(0, HEX_DIGITS_OF_ID);
  const bytes = Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16));
  return `${ID_PREFIXES.alert}_${base32(bytes)}`;
}

/**
 * Writes an alert, for the transaction of what it tells of. One that is there already stays as it is. When another one with
 * the same key, and no lower rank, was sent within the minutes that the policy says, this one is kept as swallowed by it.
 */
export async function insertAlert(alert: NewAlert, now: number): Promise<SqlStatement> {
  const { org_id, kind, object, team_id, at, details, dedupe_key, rank = 0 } = alert;
  return {
    sql: INSERT,
    params: [
      await alertId(alert.source),
      org_id,
      kind,
      object.type,
      object.id,
      team_id,
      at,
      JSON.stringify(details),
      dedupe_key,
      rank,
      now,
      now,
      org_id,
      dedupe_key,
      rank,
      now,
      org_id,
      team_id,
      DEFAULT_DEDUPE_MINUTES,
    ],
  };
}

const INSERT = `
  INSERT INTO alerts (
    id, org_id, kind, object_type, object_id, team_id, at, details, dedupe_key, rank, created_at, routed_at, swallowed_by
  )
  SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CASE WHEN before.id IS NOT NULL THEN ? END, before.id
  FROM (
    SELECT (
      SELECT id FROM alerts
      WHERE org_id = ? AND dedupe_key = ? AND rank >= ? AND swallowed_by IS NULL AND created_at > ? - 60000 * coalesce((
        SELECT dedupe_minutes FROM alert_policies WHERE org_id = ? AND (team_id IS NULL OR team_id = ?)
        ORDER BY team_id IS NULL LIMIT 1
      ), ?)
      ORDER BY created_at DESC LIMIT 1
    ) AS id
  ) AS before
  WHERE true
  ON CONFLICT (id) DO NOTHING`;
