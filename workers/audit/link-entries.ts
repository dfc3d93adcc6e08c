import type { AuditRow } from "../../schema/audit/audit-row.ts";
import { entryHash, genesisHash } from "../../schema/audit/entry-hash.ts";
import type { AuditSigner } from "../../schema/audit/receipt.ts";
import { assert } from "../../schema/kernel/unreachable.ts";
import type { Head } from "./storage/head-table.ts";
import type { ValidDraft } from "./validate.ts";

/** Gives drafts their places behind the head, each following the one before, with hashes and signatures. */
export async function linkEntries(
  org_id: string,
  head: Head | null,
  drafts: readonly ValidDraft[],
  signer: AuditSigner,
): Promise<AuditRow[]> {
  const rows: AuditRow[] = [];
  let seq = head?.seq ?? 0;
  let prev_hash = head?.hash ?? (await genesisHash(org_id));
  for (const draft of drafts) {
    seq += 1;
    const row = await link(org_id, seq, prev_hash, draft, signer);
    prev_hash = row.hash;
    rows.push(row);
  }
  return rows;
}

async function link(
  org_id: string,
  seq: number,
  prev_hash: string,
  draft: ValidDraft,
  signer: AuditSigner,
): Promise<AuditRow> {
  const { id, at, actor, action, outcome, target, request_id, ip, details } = draft;
  const hashed = {
    org_id,
    seq,
    id,
    at,
    actor_type: actor.type,
    actor_id: actor.id,
    actor_name: actor.name,
    action,
    outcome,
    target_type: target?.type ?? null,
    target_id: target?.id ?? null,
    request_id,
    ip,
    details,
    prev_hash,
  };
  const hash = await entryHash(hashed);
  assert(hash !== null, "validated details are canonical JSON");
  const { key_id, signature } = await signer.sign({ org_id, seq, hash, at });
  return { ...hashed, hash, key_id, signature };
}
