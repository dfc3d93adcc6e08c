import { type MoneyOutcome, type MoneyRequest, recordOf } from "../../../schema/clients/money-request.ts";
import { type LogFields, log } from "../../../schema/kernel/log.ts";
import type { AuditWrite, AuditWriteAnswer } from "../../../schema/wire/audit-rpc.ts";
import type { Database } from "../env.ts";
import { problemOf } from "../problem-of.ts";
import { takePage } from "./take-page.ts";

const JOB = "finish-money";

/** Requests in one run, one after the other. */
const PAGE = 50;

/** Younger ones are most likely being carried out by who approved them. */
const AGE_MS = 10_000;

export interface FinishMoneySteps {
  carryOut(request: MoneyRequest): Promise<MoneyOutcome>;
  write(write: AuditWrite): Promise<AuditWriteAnswer>;
  newEntryId(): string;
  now(): number;
}

/**
 * Carries out movements of money that were approved and interrupted, and puts on record how they ended. What fails is tried
 * again in the next round: the wallets know it by its id, and move it once.
 */
export async function finishMoney(db: Database, steps: FinishMoneySteps): Promise<LogFields> {
  const before = steps.now() - AGE_MS;
  const rows = await takePage<MoneyRequest>(db, { job: JOB, sql: APPROVED, params: [before], page: PAGE });
  const tally = { finished: 0, open: 0, failed: 0 };
  for (const row of rows) {
    try {
      const outcome = await steps.carryOut(row);
      if (outcome.status === "open") tally.open += 1;
      else if (await keep(steps, row, outcome)) tally.finished += 1;
    } catch (error) {
      tally.failed += 1;
      log("warn", "money_not_finished", { id: row.id, kind: row.kind, problem: problemOf(error) });
    }
  }
  return { requests: rows.length, ...tally };
}

const APPROVED = `
  SELECT id, org_id, kind, wallet_id, from_wallet_id, to_wallet_id, amount_nano_usd FROM money_requests
  WHERE status = 'approved' AND id > ?1 AND coalesce(decided_at, created_at) <= ?3 ORDER BY id LIMIT ?2`;

/** Whether it is on record now by this; somebody else may have been faster. */
async function keep(
  steps: FinishMoneySteps,
  row: MoneyRequest,
  outcome: Exclude<MoneyOutcome, { status: "open" }>,
): Promise<boolean> {
  const now = steps.now();
  const { check, statement, action, outcome: audit_outcome, target, details } = recordOf(row, outcome, now);
  const answer = await steps.write({
    org_id: row.org_id,
    checks: [{ ...check, name: "approved" }],
    statements: [statement],
    entry: {
      id: steps.newEntryId(),
      at: now,
      actor: { type: "system", id: JOB, name: JOB },
      action,
      outcome: audit_outcome,
      target,
      request_id: null,
      ip: null,
      details,
    },
  });
  if (answer.status === "unavailable" || answer.status === "broken" || answer.status === "invalid") {
    throw new Error(`the audit object did not take it: ${answer.status}`);
  }
  return answer.status === "written";
}
