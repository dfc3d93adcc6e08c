import * as z from "zod";
import { canonicalJson, type Json, tryParseJson } from "../kernel/json.ts";
import { formatTime } from "../kernel/time.ts";
import type { AuditRow } from "./audit-row.ts";

/** An entry as the API and JSON exports show it; the org stands outside, as all entries of an answer are of one. */
export const publicEntrySchema = z.strictObject({
  id: z.string(),
  seq: z.int(),
  /** RFC 3339 in UTC with milliseconds. */
  at: z.string(),
  actor: z.strictObject({ type: z.string(), id: z.string(), name: z.string() }),
  action: z.string(),
  outcome: z.string(),
  target: z.strictObject({ type: z.string().nullable(), id: z.string().nullable() }).nullable(),
  request_id: z.string().nullable(),
  ip: z.string().nullable(),
  details: z.custom<Json>((value) => value !== undefined, "is missing"),
  prev_hash: z.string(),
  hash: z.string(),
  key_id: z.string(),
  signature: z.string(),
});
export type PublicEntry = z.infer<typeof publicEntrySchema>;

/** A row as the API shows it. Details that are not JSON, which only a stranger writes, are shown as their text. */
export function publicEntry(row: AuditRow): PublicEntry {
  return {
    id: row.id,
    seq: row.seq,
    at: formatTime(row.at),
    actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
    action: row.action,
    outcome: row.outcome,
    target: row.target_type === null && row.target_id === null ? null : { type: row.target_type, id: row.target_id },
    request_id: row.request_id,
    ip: row.ip,
    details: tryParseJson(row.details) ?? row.details,
    prev_hash: row.prev_hash,
    hash: row.hash,
    key_id: row.key_id,
    signature: row.signature,
  };
}

/** The row that an entry was made of: the inverse of `publicEntry`. A time that is none becomes NaN. */
export function rowFromEntry(org_id: string, entry: PublicEntry): AuditRow {
  return {
    org_id,
    seq: entry.seq,
    id: entry.id,
    at: Date.parse(entry.at),
    actor_type: entry.actor.type,
    actor_id: entry.actor.id,
    actor_name: entry.actor.name,
    action: entry.action,
    outcome: entry.outcome,
    target_type: entry.target?.type ?? null,
    target_id: entry.target?.id ?? null,
    request_id: entry.request_id,
    ip: entry.ip,
    details: canonicalJson(entry.details),
    prev_hash: entry.prev_hash,
    hash: entry.hash,
    key_id: entry.key_id,
    signature: entry.signature,
  };
}
