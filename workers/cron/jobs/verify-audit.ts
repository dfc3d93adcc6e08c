import { type LogFields, log } from "../../../schema/kernel/log.ts";
import { insertAlert, type NewAlert } from "../../../schema/notifications/alert.ts";
import type { AuditVerification } from "../../../schema/wire/audit-rpc.ts";
import type { Database } from "../env.ts";
import { problemOf } from "../problem-of.ts";
import { takePage } from "./take-page.ts";

const JOB = "verify-audit";

/** Orgs per run: 28,800 a day. */
const PAGE = 20;
/** Chains verified at a time: a long one holds up its own lane only. */
const LANES = 4;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Verifies the chain of one org, in its audit object. */
export type VerifyChain = (org_id: string) => Promise<AuditVerification>;

/**
 * Verifies the chains that were not verified today (UTC) yet, a page with each run: what a missed trigger left over is
 * still due, and a second trigger finds it done. A chain that cannot be verified is due again in the next round.
 */
export async function verifyAudit(db: Database, verify: VerifyChain, now: number): Promise<LogFields> {
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const due = await takePage(db, { job: JOB, sql: DUE, params: [today], page: PAGE });
  const queue = due.values();
  const tallies = await Promise.all(Array.from({ length: LANES }, () => verifyEach(queue, db, verify, now)));
  const total = (key: keyof Tally) => tallies.reduce((sum, tally) => sum + tally[key], 0);
  return { orgs: due.length, broken: total("broken"), failed: total("failed") };
}

const DUE = `
  SELECT orgs.id FROM orgs LEFT JOIN audit_checks ON audit_checks.org_id = orgs.id
  WHERE orgs.id > ?1 AND coalesce(audit_checks.checked_at, 0) < ?3
  ORDER BY orgs.id LIMIT ?2`;

interface Tally {
  broken: number;
  failed: number;
}

async function verifyEach(
  queue: Iterator<{ readonly id: string }>,
  db: Database,
  verify: VerifyChain,
  now: number,
): Promise<Tally> {
  const tally: Tally = { broken: 0, failed: 0 };
  for (let next = queue.next(); !next.done; next = queue.next()) {
    const org_id = next.value.id;
    try {
      const found = await verify(org_id);
      if (found.status === "unavailable") throw new Error("the audit object cannot verify it now");
      if (!found.ok) tally.broken += 1;
      await keep(db, org_id, found, now);
    } catch (error) {
      tally.failed += 1;
      log("warn", "audit_not_verified", { org_id, problem: problemOf(error) });
    }
  }
  return tally;
}

type Found = Extract<AuditVerification, { status: "verified" }>;

async function keep(db: Database, org_id: string, found: Found, now: number): Promise<void> {
  const { ok, entries, problems } = found;
  // Before it is stored: the store is what may have been tampered with.
  if (!ok)
    log("error", "audit_broken", { org_id, entries, problem: problems[0]?.problem ?? "", seq: problems[0]?.seq ?? 0 });
  const kept = db.prepare(UPSERT).bind(org_id, now, entries, ok ? 1 : 0, JSON.stringify(problems));
  if (ok) {
    await kept.run();
    return;
  }
  const { sql, params } = await insertAlert(brokenChain(org_id, problems.length, now), now);
  await db.batch([kept, db.prepare(sql).bind(...params)]);
}

const brokenChain = (org_id: string, problems: number, at: number): NewAlert => ({
  source: `audit/${org_id}/${at}`,
  org_id,
  kind: "security",
  object: { type: "org", id: org_id },
  team_id: null,
  at,
  details: { check: "audit", problems },
  dedupe_key: "audit",
});

const UPSERT = `
  INSERT INTO audit_checks (org_id, checked_at, entries, ok, problems) VALUES (?1, ?2, ?3, ?4, ?5)
  ON CONFLICT (org_id) DO UPDATE SET
    checked_at = excluded.checked_at, entries = excluded.entries, ok = excluded.ok, problems = excluded.problems`;
