import { eq } from "drizzle-orm";
import * as z from "zod";
import { publicEntry, publicEntrySchema } from "../../../schema/audit/public-entry.ts";
import { isRefused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { auditChecks } from "../../../schema/tables/audit.ts";
import { auditReceiptSchema } from "../../../schema/wire/audit-rpc.ts";
import { cursorParam, limitParam } from "../api/list-query.ts";
import { cutPage, seqPage } from "../api/seq-page.ts";
import { auditObject } from "../audit/commit.ts";
import { auditConditions, auditFilters, newestEntries } from "../audit/query.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import { databaseOf } from "../store/database.ts";

export const auditCommon = {
  tag: "Audit",
  security: "admin",
  headers: {},
  body: null,
  errors: ["invalid_request", "invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"],
} as const;

const UNAVAILABLE = refuse("store_unavailable", {
  message: "The audit log does not answer. Try again.",
  retry_after_ms: 1_000,
}).refused;

export const listAuditRoute: AdminRoute = {
  ...auditCommon,
  method: "get",
  path: "/v1/audit",
  operation_id: "listAudit",
  permission: "audit:read",
  summary: "List audit entries",
  description:
    "Every change of the organisation's configuration and every blocked request, newest first. Each entry holds the hash of the one before it, and a signature.",
  query: z.object({ ...auditFilters, limit: limitParam, cursor: cursorParam }),
  responses: {
    200: {
      description: "One page; `next_cursor` is null on the last.",
      schema: z.object({ data: z.array(publicEntrySchema), next_cursor: z.string().nullable() }),
    },
  },
  async handle({ query }, scope, actor) {
    const wanted = seqPage(query);
    if (isRefused(wanted)) return refused(scope, wanted.refused);
    const conditions = auditConditions(actor.org_id, query);
    const rows = await newestEntries(databaseOf(scope.env.DB), conditions, wanted.before, wanted.limit + 1);
    const { page, next_cursor } = cutPage(rows, wanted);
    return json(scope, { data: page.map(publicEntry), next_cursor });
  },
};

const problem = z.object({
  kind: z.enum(["changed", "missing", "moved", "forged", "unlinked"]),
  seq: z.int(),
  entry_id: z.string().nullable(),
  problem: z.string(),
});
const verification = z.object({
  ok: z.boolean(),
  entries: z.int(),
  problems: z.array(problem),
  receipt: auditReceiptSchema.nullable(),
});

export const verifyAuditRoute: AdminRoute = {
  ...auditCommon,
  method: "post",
  path: "/v1/audit/verify",
  operation_id: "verifyAudit",
  permission: "audit:verify",
  summary: "Verify the audit log",
  description:
    "Recomputes the whole chain and compares its end with the head that is kept outside the database. Names what was changed, removed, moved, inserted or cut off. A job does the same every day.",
  responses: {
    200: {
      description: "The result; at most 100 problems.",
      schema: verification,
      example: { ok: true, entries: 42, problems: [], receipt: null },
    },
  },
  async handle(_input, scope, actor) {
    const result = await auditObject(scope, actor.org_id)
      .verify(actor.org_id)
      .catch((error: unknown) => {
        log("error", "audit_unanswered", { request_id: scope.request_id, reason: String(error) });
        return { status: "unavailable" } as const;
      });
    if (result.status === "unavailable") return refused(scope, UNAVAILABLE);
    const { status: _status, ...report } = result;
    return json(scope, report);
  },
};

const lastCheck = z.object({
  checked_at: z.iso.datetime(),
  ok: z.boolean(),
  entries: z.int(),
  anchored_seq: z.int().describe("The newest entry whose receipt the webhook has taken."),
  anchored_at: z.iso.datetime().nullable(),
  anchor_error: z.string().nullable(),
});

export const auditHeadRoute: AdminRoute = {
  ...auditCommon,
  method: "get",
  path: "/v1/audit/head",
  operation_id: "getAuditHead",
  permission: "audit:read",
  summary: "Get a receipt of the audit log",
  description:
    "The signed head of the chain. Keep it: whatever is changed in the log before it later does not fit this receipt any more. `npm run audit:verify` checks an export against it with the public key alone.",
  responses: {
    200: {
      description: "The receipt, the key to check it with, and what the daily check found.",
      schema: z.object({
        receipt: auditReceiptSchema.nullable(),
        public_key: z.string(),
        last_check: lastCheck.nullable(),
      }),
    },
  },
  async handle(_input, scope, actor) {
    const head = await auditObject(scope, actor.org_id)
      .head(actor.org_id)
      .catch((error: unknown) => {
        log("error", "audit_unanswered", { request_id: scope.request_id, reason: String(error) });
        return null;
      });
    if (head === null) return refused(scope, UNAVAILABLE);
    const [check] = await databaseOf(scope.env.DB)
      .select()
      .from(auditChecks)
      .where(eq(auditChecks.org_id, actor.org_id))
      .limit(1);
    return json(scope, { ...head, last_check: check === undefined ? null : shownCheck(check) });
  },
};

const shownCheck = (check: typeof auditChecks.$inferSelect): z.infer<typeof lastCheck> => ({
  checked_at: formatTime(check.checked_at),
  ok: check.ok,
  entries: check.entries,
  anchored_seq: check.anchored_seq,
  anchored_at: check.anchored_at === null ? null : formatTime(check.anchored_at),
  anchor_error: check.anchor_error,
});
