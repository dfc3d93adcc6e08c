import * as z from "zod";
import type { AuditRow } from "../../../schema/audit/audit-row.ts";
import { refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import { auditObject } from "../audit/commit.ts";
import { csvExport } from "../audit/export/csv.ts";
import { type ExportHead, JSON_TYPE, jsonExport } from "../audit/export/json.ts";
import { PARQUET_TYPE, parquetExport } from "../audit/export/parquet.ts";
import { auditConditions, auditFilters, entriesInOrder } from "../audit/query.ts";
import type { Pages } from "../export/byte-stream.ts";
import { CSV_TYPE } from "../export/csv-lines.ts";
import { refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import { databaseOf } from "../store/database.ts";
import { auditCommon } from "./audit.ts";

const FORMATS = ["json", "csv", "parquet"] as const;
type Format = (typeof FORMATS)[number];

const format = z.enum(FORMATS, `must be one of ${FORMATS.join(", ")}`).default("json");

/** GET /v1/audit/export: the log as a file of any length. */
export const exportAuditRoute: AdminRoute = {
  ...auditCommon,
  method: "get",
  path: "/v1/audit/export",
  operation_id: "exportAudit",
  permission: "audit:read",
  summary: "Export the audit log",
  description:
    "The entries in the order of the chain, streamed. Without a filter the file can be verified offline: `npm run audit:verify -- <file> --key <public key>`. With one, entries between those that it keeps are missing.",
  query: z.object({ ...auditFilters, format: format.describe("json, csv or parquet.") }),
  responses: { 200: { description: "The file.", content_type: "application/json" } },
  async handle({ query }, scope, actor) {
    const { org_id } = actor;
    const head = await auditObject(scope, org_id)
      .head(org_id)
      .catch((error: unknown) => {
        log("error", "audit_unanswered", { request_id: scope.request_id, reason: String(error) });
        return null;
      });
    if (head === null || head.public_key === null) {
      return refused(
        scope,
        refuse("store_unavailable", { message: "The audit log does not answer. Try again." }).refused,
      );
    }
    const pages = entriesInOrder(databaseOf(scope.env.DB), auditConditions(org_id, query));
    const chosen = format.parse(query.format);
    const day = new Date(scope.started_at).toISOString().slice(0, 10);
    const { type, body } = file(chosen, { org_id, public_key: head.public_key, receipt: head.receipt }, pages);
    return new Response(body, {
      headers: {
        "content-type": type,
        "content-disposition": `attachment; filename="audit-${day}.${chosen}"`,
        "cache-control": "no-store",
        "x-request-id": scope.public_request_id,
      },
    });
  },
};

function file(chosen: Format, head: ExportHead, pages: Pages<AuditRow>) {
  switch (chosen) {
    case "json":
      return { type: JSON_TYPE, body: jsonExport(head, pages) };
    case "csv":
      return { type: CSV_TYPE, body: csvExport(pages) };
    case "parquet":
      return { type: PARQUET_TYPE, body: parquetExport(pages) };
    default:
      return unreachable(chosen);
  }
}
