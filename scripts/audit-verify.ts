import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type AuditKey, auditKey } from "../schema/audit/receipt.ts";
import { MAX_PROBLEMS } from "../schema/audit/verify-chain.ts";
import { formatTime } from "../schema/kernel/time.ts";
import { readExport, readReceipt } from "./audit/read-export.ts";
import { type ExportReport, verifyExport } from "./audit/verify-export.ts";
import { ClearError, errorText } from "./platform/clear-error.ts";
import { table } from "./platform/table.ts";

/** `npm run audit:verify`: verifies an export of the audit log without the platform, by its public key alone. */

const USAGE = `npm run audit:verify -- <file> --key <public key or file> [--receipt <file>] [--partial] [--json]

Verifies an export of the audit log (CSV, JSON or Parquet) offline: that no entry
was changed, removed, moved or added. Needs nothing but the public key, which
GET /v1/audit/head shows; take it once and keep it. Several --key are possible.

--receipt <file>  a receipt that was kept, as the API or the webhook gave it:
                  shows also whether the end was cut off, or all of it rewritten
--partial         the export is a selection: gaps are no problem
--json            the result as JSON

Ends with 0 when all is well, 1 when something is wrong, 2 when it was not told
what to verify or the file is no export.`;

const OPTIONS = {
  key: { type: "string", multiple: true },
  receipt: { type: "string" },
  partial: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

const PROBLEMS_FOUND = 1;
const BAD_USAGE = 2;

try {
  await main();
} catch (error) {
  console.error(error instanceof ClearError ? error.message : error);
  process.exitCode = BAD_USAGE;
}

async function main(): Promise<void> {
  const { values: options, positionals } = parse();
  const [path, ...rest] = positionals;
  if (options.help) return console.log(USAGE);
  if (path === undefined || rest.length > 0 || options.key === undefined) throw new ClearError(USAGE);
  const keys = await Promise.all(options.key.map(readKey));
  const kept = options.receipt === undefined ? null : await readReceipt(options.receipt);
  const report = await verifyExport(await readExport(path), { keys, kept, partial: options.partial });
  console.log(options.json ? JSON.stringify(report, null, 2) : text(report, options.partial, kept !== null));
  if (!report.ok) process.exitCode = PROBLEMS_FOUND;
}

function parse() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new ClearError(`${errorText(error)}\n\n${USAGE}`);
  }
}

/** A public key as text, or the file that holds it. */
async function readKey(given: string): Promise<AuditKey> {
  const key = (await auditKey(given)) ?? (await auditKey((await readFile(given, "utf8").catch(() => "")).trim()));
  if (key !== null) return key;
  throw new ClearError("--key is no public key (32 bytes in URL-safe base64, 43 characters), and no file with one.");
}

function text(report: ExportReport, partial: boolean, has_receipt: boolean): string {
  const { ok, format, org_id, entries, first_seq, last_seq, receipts, problems } = report;
  const range = first_seq === null || last_seq === null ? "" : `, ${first_seq} to ${last_seq}`;
  const most = problems.length >= MAX_PROBLEMS ? ` or more, the first of them here` : "";
  const facts = [
    ["org", org_id ?? "not known: there is no entry"],
    ["format", format],
    ["entries", `${entries}${range}`],
    ...receipts.map(({ seq, at }) => ["receipt", `of entry ${seq}, ${formatTime(at)}`]),
    ["result", ok ? "ok" : `${problems.length} ${problems.length === 1 ? "problem" : `problems${most}`}`],
  ];
  const lines = [table(["", ""], facts).trimStart()];
  if (!ok) lines.push("", problemTable(report));
  return [...lines, ...hints(report, partial, has_receipt)].join("\n");
}

function problemTable({ problems }: ExportReport): string {
  const heads = ["seq", "problem", "entry", "what is wrong"];
  const rows = problems.map(({ seq, kind, entry_id, problem }) => [String(seq), kind, entry_id ?? "", problem]);
  return table(heads, rows, { right: [0] });
}

function hints({ problems }: ExportReport, partial: boolean, has_receipt: boolean): string[] {
  const hints: string[] = [];
  if (problems.some(({ kind }) => kind === "missing")) {
    hints.push(
      "Was the export filtered? Then gaps are its own: verify it with --partial, and an export of all without.",
    );
  }
  if (partial) hints.push("Of a selection each entry is verified, but not that none is missing.");
  else if (!has_receipt)
    hints.push("Without a kept receipt (--receipt) it does not show when entries at the end are missing.");
  return hints.length === 0 ? [] : ["", ...hints];
}
