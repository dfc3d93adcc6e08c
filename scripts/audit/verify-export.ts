import * as z from "zod";
import { type AuditKey, verifyReceipt } from "../../schema/audit/receipt.ts";
import { ChainVerifier } from "../../schema/audit/verify-chain.ts";
import { type AuditProblem, type AuditReceipt, auditReceiptSchema } from "../../schema/wire/audit-rpc.ts";
import { ClearError } from "../platform/clear-error.ts";
import type { Export } from "./read-export.ts";

export interface ExportReport {
  readonly ok: boolean;
  readonly format: Export["format"];
  readonly org_id: string | null;
  readonly entries: number;
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  /** Receipts that were compared with the entries. */
  readonly receipts: readonly AuditReceipt[];
  readonly problems: readonly AuditProblem[];
}

export interface VerifyOptions {
  readonly keys: readonly AuditKey[];
  /** A receipt that was kept, not checked yet. */
  readonly kept: unknown;
  /** The export is a selection of entries. */
  readonly partial: boolean;
}

/** Verifies an export with public keys alone. A kept receipt shows, too, whether the end or what came before it is gone. */
export async function verifyExport(file: Export, options: VerifyOptions): Promise<ExportReport> {
  const kept = options.kept === null ? null : parseReceipt(options.kept, "The receipt");
  const own = file.receipt === null ? null : parseReceipt(file.receipt, "The export's own receipt");
  const org_id = file.org_id ?? orgOfRows(file.rows, kept);
  const receipts = [own, kept].filter((receipt) => receipt !== null);
  const stray = receipts.find((receipt) => receipt.org_id !== org_id);
  if (stray !== undefined) throw new ClearError(`The receipt is of ${stray.org_id}, and the export of ${org_id}.`);
  const verifier = new ChainVerifier({ org_id: org_id ?? "", keys: options.keys, partial: options.partial });
  const forged: AuditProblem[] = [];
  for (const receipt of receipts) {
    if (await signed(receipt, options.keys)) verifier.expect(receipt);
    else forged.push(forgedReceipt(receipt));
  }
  await verifier.feed(file.rows);
  const { ok, entries, problems } = await verifier.finish();
  const seqs = file.rows.map((row) => numberOf(row, "seq")).filter((seq) => seq !== null);
  return {
    ok: ok && forged.length === 0,
    format: file.format,
    org_id,
    entries,
    first_seq: seqs.at(0) ?? null,
    last_seq: seqs.at(-1) ?? null,
    receipts,
    problems: [...forged, ...problems],
  };
}

/** The org of the receipt if any row is of it, so that one changed row does not decide; else that of the first row. */
function orgOfRows(rows: readonly unknown[], kept: AuditReceipt | null): string | null {
  const known = kept?.org_id ?? null;
  if (known !== null && rows.some((row) => textOf(row, "org_id") === known)) return known;
  return textOf(rows[0], "org_id") ?? known;
}

/** The time of a receipt may be written as the API writes times. */
const receiptSchema = z.preprocess((value) => {
  const at = typeof value === "object" && value !== null && "at" in value ? value.at : null;
  return typeof at === "string" ? { ...Object(value), at: Date.parse(at) } : value;
}, auditReceiptSchema);

function parseReceipt(value: unknown, name: string): AuditReceipt {
  const parsed = receiptSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ClearError(`${name} is none: it needs org_id, seq, hash, at, key_id and signature.`);
}

async function signed(receipt: AuditReceipt, keys: readonly AuditKey[]): Promise<boolean> {
  const key = keys.find(({ key_id }) => key_id === receipt.key_id);
  return key !== undefined && (await verifyReceipt(key, receipt));
}

const forgedReceipt = ({ seq }: AuditReceipt): AuditProblem => ({
  kind: "forged",
  seq,
  entry_id: null,
  problem: `the receipt of entry ${seq} is not signed with the key given`,
});

function textOf(row: unknown, name: string): string | null {
  const value = memberOf(row, name);
  return typeof value === "string" ? value : null;
}

function numberOf(row: unknown, name: string): number | null {
  const value = memberOf(row, name);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

const memberOf = (row: unknown, name: string): unknown =>
  typeof row === "object" && row !== null ? Object.entries(row).find(([key]) => key === name)?.[1] : undefined;
