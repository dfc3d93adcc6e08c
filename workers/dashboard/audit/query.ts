import { and, asc, desc, eq, gt, gte, lt, type SQL } from "drizzle-orm";
import * as z from "zod";
import { type AuditRow, auditRowSchema } from "../../../schema/audit/audit-row.ts";
import { auditLog } from "../../../schema/tables/audit.ts";
import { AUDIT_OUTCOMES } from "../../../schema/wire/audit-rpc.ts";
import type { Row } from "../api/hooks.ts";
import { momentParam } from "../api/moment-param.ts";
import type { Database } from "../store/database.ts";

const word = z.string().max(200).optional();

/** What the audit log can be filtered by. */
export const auditFilters = {
  action: word.describe("Only this action, such as `key.created`."),
  actor_id: word.describe("Only what this user or key did."),
  target_type: word.describe("Only what was done to this kind of thing, such as `wallet`."),
  target_id: word.describe("Only what was done to this."),
  request_id: word.describe("Only the entries of this request."),
  outcome: z.enum(AUDIT_OUTCOMES).optional().describe("Only entries with this outcome."),
  from: momentParam.describe("From this time on."),
  to: momentParam.describe("Before this time."),
} as const;

const parsedFilters = z.object({
  action: z.string().optional(),
  actor_id: z.string().optional(),
  target_type: z.string().optional(),
  target_id: z.string().optional(),
  request_id: z.string().optional(),
  outcome: z.string().optional(),
  from: z.number().optional(),
  to: z.number().optional(),
});

/** The conditions of parsed filters within one org. */
export function auditConditions(org_id: string, query: Row): readonly SQL[] {
  const { from, to, ...equal } = parsedFilters.parse(query);
  const conditions = [eq(auditLog.org_id, org_id)];
  for (const name of ["action", "actor_id", "target_type", "target_id", "request_id", "outcome"] as const) {
    const value = equal[name];
    if (value !== undefined) conditions.push(eq(auditLog[name], value));
  }
  if (from !== undefined) conditions.push(gte(auditLog.at, from));
  if (to !== undefined) conditions.push(lt(auditLog.at, to));
  return conditions;
}

/** Entries below `before`, newest first. */
export async function newestEntries(
  db: Database,
  conditions: readonly SQL[],
  before: number | null,
  limit: number,
): Promise<readonly AuditRow[]> {
  const below = before === null ? undefined : lt(auditLog.seq, before);
  const rows = await db
    .select()
    .from(auditLog)
    .where(and(...conditions, below))
    .orderBy(desc(auditLog.seq))
    .limit(limit);
  return rows.map((row) => auditRowSchema.parse(row));
}

const EXPORT_PAGE = 500;

/** All entries in the order of the chain, page by page: asked for when the page before has been written. */
export async function* entriesInOrder(db: Database, conditions: readonly SQL[]): AsyncGenerator<readonly AuditRow[]> {
  let after = 0;
  for (;;) {
    const rows = await db
      .select()
      .from(auditLog)
      .where(and(...conditions, gt(auditLog.seq, after)))
      .orderBy(asc(auditLog.seq))
      .limit(EXPORT_PAGE);
    const page = rows.map((row) => auditRowSchema.parse(row));
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (page.length < EXPORT_PAGE || last === undefined) return;
    after = last.seq;
  }
}
