import { describeMoney, type MoneyRequest } from "../../../schema/clients/money-request.ts";
import { type LogFields, log } from "../../../schema/kernel/log.ts";
import type { AuditWrite, AuditWriteAnswer } from "../../../schema/wire/audit-rpc.ts";
import type { Database } from "../env.ts";
import { problemOf } from "../problem-of.ts";
import { takePage } from "./take-page.ts";

const JOB = "expire-money";

/** Requests in one run, one after the other. */
const PAGE = 50;

export interface ExpireMoneySteps {
  write(write: AuditWrite): Promise<AuditWriteAnswer>;
  newEntryId(): string;
  now(): number;
}

/**
 * Puts on record that nobody has decided about a request in time. From that moment on nobody could have approved it: this
 * only writes it down, so that it does not matter when it comes.
 */
export async function expireMoney(db: Database, steps: ExpireMoneySteps): Promise<LogFields> {
  const now = steps.now();
  const rows = await takePage<MoneyRequest>(db, { job: JOB, sql: OVERDUE, params: [now], page: PAGE });
  let failed = 0;
  for (const row of rows) {
    try {
      const answer = await steps.write(expiry(row, now, steps.newEntryId()));
      if (answer.status === "unavailable" || answer.status === "broken" || answer.status === "invalid") {
        throw new Error(`the audit object did not take it: ${answer.status}`);
      }
    } catch (error) {
      failed += 1;
      log("warn", "money_not_expired", { id: row.id, kind: row.kind, problem: problemOf(error) });
    }
  }
  return { requests: rows.length, failed };
}

const OVERDUE = `
  SELECT id, org_id, kind, wallet_id, from_wallet_id, to_wallet_id, amount_nano_usd FROM money_requests
  WHERE status = 'pending' AND id > ?1 AND expires_at <= ?3 ORDER BY id LIMIT ?2`;

const expiry = (row: MoneyRequest, now: number, entry_id: string): AuditWrite => ({
  org_id: row.org_id,
  checks: [
    {
      name: "pending",
      sql: "SELECT 1 FROM money_requests WHERE org_id = ? AND id = ? AND status = 'pending' AND expires_at <= ?",
      params: [row.org_id, row.id, now],
    },
  ],
  statements: [
    {
      sql: "UPDATE money_requests SET status = 'expired', version = version + 1 WHERE org_id = ? AND id = ? AND status = 'pending'",
      params: [row.org_id, row.id],
    },
  ],
  entry: {
    id: entry_id,
    at: now,
    actor: { type: "system", id: JOB, name: JOB },
    action: `${row.kind}.expired`,
    outcome: "done",
    target: { type: row.kind, id: row.id },
    request_id: null,
    ip: null,
    details: describeMoney(row),
  },
});
