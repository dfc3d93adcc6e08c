import type { AuditRow } from "../../schema/audit/audit-row.ts";
import { type AuditSigner, auditKey } from "../../schema/audit/receipt.ts";
import { ChainVerifier } from "../../schema/audit/verify-chain.ts";
import { log } from "../../schema/kernel/log.ts";
import { assert } from "../../schema/kernel/unreachable.ts";
import type {
  AuditAppendAnswer,
  AuditCheck,
  AuditDraft,
  AuditFailure,
  AuditHead,
  AuditReceipt,
  AuditRpc,
  AuditVerification,
  AuditWrite,
  AuditWriteAnswer,
} from "../../schema/wire/audit-rpc.ts";
import { insertEntries } from "./database/insert-entries.ts";
import { type LastEntry, look, type Seen } from "./database/look.ts";
import { BEFORE_ALL, readPages } from "./database/read-pages.ts";
import type { Database } from "./env.ts";
import { linkEntries } from "./link-entries.ts";
import { type Head, readHead, readIntent, writeHead, writeIntent } from "./storage/head-table.ts";
import { migrate } from "./storage/migrations.ts";
import { type ValidDraft, validAppend, validWrite } from "./validate.ts";
import { WorkQueue } from "./work-queue.ts";

/** What the chain reaches for: its own storage, D1, and the signing key. */
export interface ChainEffects {
  readonly storage: DurableObjectStorage;
  readonly db: Database;
  /** The org whose object this is, where the runtime tells. */
  readonly org_id: string | undefined;
  /** Null when the worker has no signing key; why is in the log. */
  signer(): Promise<AuditSigner | null>;
}

/** Calls that may wait in line: with D1 slow, more would only run into their callers' time-outs. */
const QUEUE_LENGTH = 1_000;

const UNAVAILABLE: AuditFailure = { status: "unavailable" };

/**
 * The audit chain of one org. Its entries are in D1, its head is here, where no writer to D1 reaches it.
 *
 * Every write first looks at where the chain ends in D1. That must be the head, or an intent: what an earlier write
 * without a known outcome wanted to become the head. Then it is settled what that outcome was. Anything else was written by
 * somebody else, and nothing more is added on top of it. So no state has to survive in memory, and a crash between
 * any two steps is one more outcome that the next call settles.
 */
export class Chain implements AuditRpc {
  private readonly effects: ChainEffects;
  private readonly queue = new WorkQueue();

  constructor(effects: ChainEffects) {
    migrate(effects.storage);
    this.effects = effects;
  }

  async write(request: AuditWrite): Promise<AuditWriteAnswer> {
    const valid = validWrite(request);
    if (!valid.ok) return { status: "invalid", problem: valid.problem };
    const { org_id, checks, statements, entry } = valid.value;
    return await this.inLine<AuditWriteAnswer>(org_id, async (signer) => {
      const seen = await this.seen(org_id, [entry.id], checks);
      if (seen.status !== "seen") return seen;
      if (seen.entry_ids.has(entry.id)) return { status: "already_written" };
      if (seen.refused_by !== null) return { status: "refused", check: seen.refused_by };
      const { db } = this.effects;
      const first = statements.map(({ sql, params }) => db.prepare(sql).bind(...params));
      const added = await this.add(org_id, first, [entry], signer);
      return added.status === "added" ? { status: "written", seq: added.head.seq } : added;
    });
  }

  async append(org_id: string, entries: readonly AuditDraft[]): Promise<AuditAppendAnswer> {
    const valid = validAppend(org_id, entries);
    if (!valid.ok) return { status: "invalid", problem: valid.problem };
    const drafts = firstOfEach(valid.value.entries);
    return await this.inLine<AuditAppendAnswer>(org_id, async (signer) => {
      const seen = await this.seen(
        org_id,
        drafts.map(({ id }) => id),
      );
      if (seen.status !== "seen") return seen;
      const fresh = drafts.filter(({ id }) => !seen.entry_ids.has(id));
      const added = fresh.length === 0 ? null : await this.add(org_id, [], fresh, signer);
      if (added !== null && added.status !== "added") return added;
      return { status: "written", appended: fresh.length, duplicates: valid.value.entries.length - fresh.length };
    });
  }

  async head(org_id: string): Promise<AuditHead> {
    const signer = await this.effects.signer();
    const head = this.owns(org_id) ? readHead(this.effects.storage.sql) : null;
    return { receipt: receiptOf(head), public_key: signer?.public_key ?? null };
  }

  /** Reads what is settled beside the writes, and only the rest, with the end, in line with them. */
  async verify(org_id: string): Promise<AuditVerification> {
    const signer = await this.effects.signer();
    const key = signer === null ? null : await auditKey(signer.public_key);
    if (key === null || !this.owns(org_id)) return { status: "unavailable" };
    const verifier = new ChainVerifier({ org_id, keys: [key] });
    try {
      const begun = await this.queue.run(() => this.settledHead(org_id));
      if (begun !== null) verifier.expect(begun);
      const settled = begun?.seq ?? 0;
      for await (const page of readPages(this.effects.db, org_id, BEFORE_ALL, settled)) await verifier.feed(page);
      return await this.queue.run(() => this.verifyEnd(org_id, verifier, settled));
    } catch (error) {
      log("warn", "audit_not_verified", { org_id, problem: String(error) });
      return { status: "unavailable" };
    }
  }

  private async verifyEnd(org_id: string, verifier: ChainVerifier, after: number): Promise<AuditVerification> {
    const end = await this.settledHead(org_id);
    verifier.expectEnd(end);
    for await (const page of readPages(this.effects.db, org_id, after, null)) await verifier.feed(page);
    const { ok, entries, problems } = await verifier.finish();
    return { status: "verified", ok, entries, problems, receipt: receiptOf(end) };
  }

  /** The head, after it is known how the last write went; also when D1 does not end with it. */
  private async settledHead(org_id: string): Promise<Head | null> {
    const { last } = await look(this.effects.db, org_id, []);
    this.settle(last);
    return readHead(this.effects.storage.sql);
  }

  /** Runs work in line with all other work on the chain. It is not begun where it cannot succeed. */
  private async inLine<Answer>(
    org_id: string,
    work: (signer: AuditSigner) => Promise<Answer>,
  ): Promise<Answer | AuditFailure> {
    const signer = await this.effects.signer();
    if (signer === null || this.queue.length >= QUEUE_LENGTH) return UNAVAILABLE;
    if (!this.owns(org_id)) return { status: "invalid", problem: "org_id is not the org of this object" };
    try {
      return await this.queue.run(() => work(signer));
    } catch (error) {
      log("warn", "audit_unavailable", { org_id, problem: String(error) });
      return UNAVAILABLE;
    }
  }

  /** Looks at D1 and settles what is open. Throws what D1 throws. */
  private async seen(
    org_id: string,
    ids: readonly string[],
    checks: readonly AuditCheck[] = [],
  ): Promise<({ readonly status: "seen" } & Seen) | AuditFailure> {
    const seen = await look(this.effects.db, org_id, ids, checks);
    const problem = this.settle(seen.last);
    if (problem === null) return { status: "seen", ...seen };
    log("error", "audit_broken", { org_id, problem });
    return { status: "broken", problem };
  }

  /** Compares the end of the chain in D1 with the head, which moves to an intent that D1 has. Answers what is wrong. */
  private settle(last: LastEntry | null): string | null {
    const { storage } = this.effects;
    const head = readHead(storage.sql);
    if ((last?.hash ?? null) === (head?.hash ?? null) && (last?.seq ?? 0) === (head?.seq ?? 0)) return null;
    const intent = last === null ? null : readIntent(storage.sql, last.hash);
    if (intent === null || intent.seq !== last?.seq) {
      return `the chain in D1 ends with entry ${last?.seq ?? 0}, which is not the head on record, entry ${head?.seq ?? 0}`;
    }
    writeHead(storage, intent);
    return null;
  }

  /** Writes entries behind the head, together with statements: one transaction in D1. */
  private async add(
    org_id: string,
    statements: D1PreparedStatement[],
    drafts: readonly ValidDraft[],
    signer: AuditSigner,
  ): Promise<{ readonly status: "added"; readonly head: Head } | AuditFailure> {
    const { storage, db } = this.effects;
    const rows = await linkEntries(org_id, readHead(storage.sql), drafts, signer);
    const intent = headOf(rows);
    writeIntent(storage.sql, intent);
    // On the disk before D1 hears of it: otherwise a crash could leave an entry there that this object knows nothing of.
    await storage.sync();
    try {
      await db.batch([...statements, ...insertEntries(db, rows)]);
    } catch (error) {
      log("warn", "audit_write_unknown", { org_id, seq: intent.seq, problem: String(error) });
      const seen = await this.seen(org_id, []);
      if (seen.status !== "seen") return seen;
      return readHead(storage.sql)?.hash === intent.hash ? { status: "added", head: intent } : UNAVAILABLE;
    }
    writeHead(storage, intent);
    return { status: "added", head: intent };
  }

  private owns(org_id: string): boolean {
    const known = this.effects.org_id ?? readHead(this.effects.storage.sql)?.org_id;
    return known === undefined || known === org_id;
  }
}

/** A queue may bring the same message twice in one batch. */
function firstOfEach(drafts: readonly ValidDraft[]): ValidDraft[] {
  const ids = new Set<string>();
  return drafts.filter(({ id }) => !ids.has(id) && ids.add(id));
}

function headOf(rows: readonly AuditRow[]): Head {
  const last = rows.at(-1);
  assert(last !== undefined, "there is an entry to write");
  const { org_id, seq, hash, at, id, key_id, signature } = last;
  return { org_id, seq, hash, at, entry_id: id, key_id, signature };
}

function receiptOf(head: Head | null): AuditReceipt | null {
  if (head === null) return null;
  const { org_id, seq, hash, at, key_id, signature } = head;
  return { org_id, seq, hash, at, key_id, signature };
}
