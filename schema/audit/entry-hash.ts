import { canonicalJson, tryParseJson } from "../kernel/json.ts";
import type { AuditRow } from "./audit-row.ts";
import { sha256Hex } from "./sha256.ts";

/** What of a row is hashed: all but the hash itself and the signature of it. */
export type HashedRow = Omit<AuditRow, "hash" | "key_id" | "signature">;

/**
 * The text that an entry's hash is made of: `canonicalJson`, which sorts keys by their UTF-16 code units and has no white
 * space, of the entry with its place in the chain. Null when `details` is not canonical JSON: then it is not what we wrote,
 * whatever it means.
 */
export function hashedText(row: HashedRow): string | null {
  const details = tryParseJson(row.details);
  if (details === undefined || canonicalJson(details) !== row.details) return null;
  const { org_id, seq, prev_hash, id, at, action, outcome, request_id, ip } = row;
  const actor = { type: row.actor_type, id: row.actor_id, name: row.actor_name };
  const target =
    row.target_type === null && row.target_id === null ? null : { type: row.target_type, id: row.target_id };
  return canonicalJson({ org_id, seq, prev_hash, id, at, actor, action, outcome, target, request_id, ip, details });
}

/** SHA-256 over `hashedText`, 64 hex digits; null where there is no such text. */
export async function entryHash(row: HashedRow): Promise<string | null> {
  const text = hashedText(row);
  return text === null ? null : await sha256Hex(text);
}

/** What the first entry of an org follows: of the org's own, so that no entry fits into the chain of another org. */
export const genesisHash = (org_id: string): Promise<string> => sha256Hex(`ao-audit-genesis-v1\n${org_id}`);
