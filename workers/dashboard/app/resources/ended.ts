import type { Row } from "../lib/json.ts";

/** A thing that has ended: what it is called then. */
export function endedWord(row: Row, now_ms: number): string | null {
  if (typeof row.archived_at === "string") return "Archived";
  if (typeof row.retired_at === "string") return "Retired";
  if (typeof row.revoked_at === "string") return "Revoked";
  if (typeof row.accepted_at === "string") return "Accepted";
  if (typeof row.expires_at === "string" && Date.parse(row.expires_at) <= now_ms) return "Expired";
  return null;
}
