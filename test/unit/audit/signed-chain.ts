import type { AuditRow } from "../../../schema/audit/audit-row.ts";
import { entryHash, genesisHash } from "../../../schema/audit/entry-hash.ts";
import { type AuditKey, type AuditSigner, auditKey, auditSigner } from "../../../schema/audit/receipt.ts";
import { canonicalJson } from "../../../schema/kernel/json.ts";
import type { AuditReceipt } from "../../../schema/wire/audit-rpc.ts";

export const signer: AuditSigner = await auditSigner(new Uint8Array(32).fill(7));

export async function keyOf({ public_key }: AuditSigner): Promise<AuditKey> {
  const key = await auditKey(public_key);
  if (key === null) throw new Error("not a key");
  return key;
}

export const AT = Date.UTC(2026, 10, 5, 9, 30, 0, 123);

/** Names that a spreadsheet would run, and others that formats like to break. */
export const NAMES = [
  "ada@example.com",
  '=HYPERLINK("http://evil.example")',
  "+1",
  "-1",
  "@SUM(A1)",
  "\tTab",
  "\rCR",
  "\nLF first",
  "=two\nlines",
  "'apostrophe",
  "''two",
  "＝full-width",
  " blank around ",
  'a,b;"c"\r\nd',
  "Zoë 🦊 \u2028 名前",
  "",
  "null",
  "007",
  "1e5",
] as const;

/** A chain of so many entries, signed. */
export async function signedChain(count: number, org_id = "org_a", outcome = "done"): Promise<AuditRow[]> {
  const rows: AuditRow[] = [];
  let prev_hash = await genesisHash(org_id);
  for (let seq = 1; seq <= count; seq += 1) {
    const row = await sealed({ ...content(org_id, seq), outcome, prev_hash, hash: "", key_id: "", signature: "" });
    rows.push(row);
    prev_hash = row.hash;
  }
  return rows;
}

/** The row with its hash and signature computed anew. */
export async function sealed(row: AuditRow, by = signer): Promise<AuditRow> {
  const hash = (await entryHash(row)) ?? "";
  const { key_id, signature } = await by.sign({ ...row, hash });
  return { ...row, hash, key_id, signature };
}

export function receiptOf(row: AuditRow | undefined): AuditReceipt {
  if (row === undefined) throw new Error("no row");
  const { org_id, seq, hash, at, key_id, signature } = row;
  return { org_id, seq, hash, at, key_id, signature };
}

function content(org_id: string, seq: number) {
  const name = NAMES[seq % NAMES.length] ?? "";
  return {
    org_id,
    seq,
    id: `aud_${seq}`,
    at: AT + seq * 1_001,
    actor_type: "user",
    actor_id: `usr_${seq % 3}`,
    actor_name: name,
    action: "wallet.updated",
    target_type: seq % 4 === 0 ? null : "wallet",
    target_id: seq % 4 === 0 ? null : name || "none",
    request_id: seq % 2 === 0 ? null : `req_${seq}`,
    ip: seq % 5 === 0 ? null : "2001:db8::1",
    details: canonicalJson({ before: { name: null }, after: { name, n: seq, lone: "\ud800", list: [1.5, -0, 1e21] } }),
  };
}
