import { type LogFields, log } from "../../../schema/kernel/log.ts";
import type { AuditHead, AuditReceipt } from "../../../schema/wire/audit-rpc.ts";
import type { Database } from "../env.ts";
import { problemOf } from "../problem-of.ts";

/** Webhooks per run, all called at once. */
const PAGE = 20;
const DAY_MS = 24 * 60 * 60 * 1000;
const RETRY_MS = 5 * 60 * 1000;
const ERROR_CHARS = 200;

/** What this job needs of others. */
export interface AnchorSteps {
  head(org_id: string): Promise<AuditHead>;
  /** The webhook's secret, or null when it does not open. */
  openSecret(org_id: string, sealed: string): Promise<string | null>;
  /** Sends a receipt; answers what went wrong, or null. */
  send(url: string, secret: string, receipt: AuditReceipt): Promise<string | null>;
  now(): number;
}

interface DueOrg {
  readonly id: string;
  readonly url: string;
  readonly sealed: string | null;
}

/**
 * Sends the signed head of each org's chain to the org's webhook, where we cannot take it back: once a day when there are
 * new entries, and again after five minutes while it fails. A try is noted before it is made, so that a trigger that comes
 * twice sends nothing twice.
 */
export async function anchorAudit(db: Database, steps: AnchorSteps): Promise<LogFields> {
  const now = steps.now();
  const { results } = await db
    .prepare(DUE)
    .bind(now - DAY_MS, now - RETRY_MS, PAGE)
    .all<DueOrg>();
  const outcomes = await Promise.all(results.map((org) => anchor(db, steps, org, now)));
  return { webhooks: results.length, failed: outcomes.filter((outcome) => outcome === "failed").length };
}

const DUE = `
  SELECT orgs.id, orgs.audit_webhook_url AS url, orgs.audit_webhook_secret AS sealed
  FROM orgs LEFT JOIN audit_checks AS checks ON checks.org_id = orgs.id
  WHERE orgs.audit_webhook_url IS NOT NULL
    AND (checks.anchored_at IS NULL OR checks.anchored_at <= ?1 OR checks.anchor_error IS NOT NULL)
    AND (checks.anchor_tried_at IS NULL OR checks.anchor_tried_at <= ?2)
    AND EXISTS (
      SELECT 1 FROM audit_log WHERE audit_log.org_id = orgs.id AND audit_log.seq > coalesce(checks.anchored_seq, 0)
    )
  ORDER BY coalesce(checks.anchor_tried_at, 0), orgs.id LIMIT ?3`;

async function anchor(
  db: Database,
  steps: AnchorSteps,
  org: DueOrg,
  now: number,
): Promise<"sent" | "failed" | "taken_by_another"> {
  try {
    if (!(await claim(db, org.id, now))) return "taken_by_another";
    const sent = await send(steps, org);
    if (typeof sent !== "string") {
      await db.prepare(SENT).bind(org.id, sent.seq, steps.now()).run();
      return "sent";
    }
    log("warn", "audit_not_anchored", { org_id: org.id, problem: sent });
    await db.prepare(FAILED).bind(org.id, sent.slice(0, ERROR_CHARS)).run();
  } catch (error) {
    // D1 did not answer: the try is noted, or another one is made with the next run.
    log("warn", "audit_not_anchored", { org_id: org.id, problem: problemOf(error) });
  }
  return "failed";
}

/** The receipt that the webhook has taken, or what went wrong. */
async function send(steps: AnchorSteps, { id, url, sealed }: DueOrg): Promise<AuditReceipt | string> {
  const secret = sealed === null ? null : await steps.openSecret(id, sealed);
  if (secret === null) return "there is no secret to sign with, or it does not open";
  const { receipt } = await steps.head(id).catch(() => ({ receipt: null }));
  if (receipt === null) return "the audit object did not give its head";
  return (await steps.send(url, secret, receipt)) ?? receipt;
}

/** Notes the try. Whether nobody else has in the meantime. */
async function claim(db: Database, org_id: string, now: number): Promise<boolean> {
  const { meta } = await db
    .prepare(CLAIM)
    .bind(org_id, now, now - RETRY_MS)
    .run();
  return meta.changes === 1;
}

// An org that was not verified yet has no row: the rest of it says so. Until it is known to have gone well, a try counts as
// failed.
const CLAIM = `
  INSERT INTO audit_checks (org_id, checked_at, entries, ok, problems, anchor_tried_at, anchor_error)
  VALUES (?1, 0, 0, 1, '[]', ?2, 'not finished')
  ON CONFLICT (org_id) DO UPDATE SET anchor_tried_at = excluded.anchor_tried_at, anchor_error = excluded.anchor_error
  WHERE anchor_tried_at IS NULL OR anchor_tried_at <= ?3`;

const SENT = `
  UPDATE audit_checks SET anchored_seq = max(anchored_seq, ?2), anchored_at = ?3, anchor_error = NULL WHERE org_id = ?1`;

const FAILED = "UPDATE audit_checks SET anchor_error = ?2 WHERE org_id = ?1";
