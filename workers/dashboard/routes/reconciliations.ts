import { and, eq } from "drizzle-orm";
import * as z from "zod";
import { sha256Hex } from "../../../schema/audit/sha256.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { insertAlert } from "../../../schema/notifications/alert.ts";
import { providers } from "../../../schema/tables/tables.ts";
import { cursorParam, limitParam } from "../api/list-query.ts";
import { auditActor, commit, type Precondition } from "../audit/commit.ts";
import { CSV_TYPE } from "../export/csv-lines.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import { alertsOf } from "../reconciliation/alert.ts";
import { type ComparedLine, compareCounts, judge, totalsByModel } from "../reconciliation/compare.ts";
import { EXPORT_FORMATS, FORMAT_NAMES } from "../reconciliation/formats.ts";
import { modelKey } from "../reconciliation/model-key.ts";
import { ourCount } from "../reconciliation/our-count.ts";
import { type ProviderExport, readExport } from "../reconciliation/read-export.ts";
import { formatPercent, linesCsv, show, showDetail, shownDetail, shownReconciliation } from "../reconciliation/show.ts";
import {
  findByFile,
  findReconciliation,
  linesOf,
  listReconciliations,
  type Reconciliation,
  storeStatements,
} from "../reconciliation/store.ts";
import { type Database, databaseOf } from "../store/database.ts";
import { logBegins } from "../store/log-begins.ts";

const FORMATS = FORMAT_NAMES.map((name) => `\`${name}\`: ${EXPORT_FORMATS[name].title}`).join("; ");

const body = z.object({
  provider_id: z.string().min(1).max(100).describe("Whose bill it is: the provider's id here."),
  csv: z.string().min(1, "must be the text of the file").describe("The file's text, up to 16 MB."),
  format: z
    .enum(FORMAT_NAMES, `must be one of ${FORMAT_NAMES.join(", ")}`)
    .optional()
    .describe(`By its columns unless given. ${FORMATS}.`),
  threshold_percent: z
    .number()
    .min(0.01)
    .max(100)
    .default(1)
    .describe("How far both counts may be apart before there is an alarm; 1 unless given."),
});

const ERRORS = ["invalid_request", "invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"] as const;

const common = { tag: "Usage", security: "admin", headers: {} } as const;

/** POST /v1/reconciliations: a provider's bill beside our count. */
export const compareRoute: AdminRoute = {
  ...common,
  method: "post",
  path: "/v1/reconciliations",
  operation_id: "compareBill",
  permission: "reconciliations:write",
  summary: "Compare a provider's bill",
  description:
    "Reads a provider's cost or usage export and lays our own count beside it, by model and day of UTC. The same file again compares anew, under the same id. An alarm is in the audit log, and an alert of the kind `bill`, which goes to whom the alert policy names.",
  body: {
    schema: body,
    example: { provider_id: "openai", csv: "date,model,cost_usd\n2026-11-01,gpt-5-mini,12.50\n", threshold_percent: 1 },
  },
  responses: {
    200: { description: "This file was compared before; this is the comparison now.", schema: shownDetail },
    201: { description: "The comparison.", schema: shownDetail },
  },
  errors: [...ERRORS, "origin_denied", "not_found", "conflict", "payload_too_large", "audit_broken"],
  async handle(input, scope, actor) {
    const { provider_id, csv, format, threshold_percent } = body.parse(input.body);
    const read = readExport(csv, format ?? null);
    if (isRefused(read)) return refused(scope, read.refused);
    const db = databaseOf(scope.env.DB);
    const whole = await logIsWhole(db, read).catch(unanswered);
    if (isRefused(whole)) return refused(scope, whole.refused);
    const lines = await compared(db, actor.org_id, provider_id, read).catch(unanswered);
    if (isRefused(lines)) return refused(scope, lines.refused);
    const known = lines.some(({ ours }) => ours !== null) || (await hasProvider(db, actor.org_id, provider_id));
    if (!known) return refused(scope, noProvider(provider_id));
    const threshold = Math.round(threshold_percent * 100);
    const verdict = judge(totalsByModel(lines, modelKey), threshold);
    const file = { org_id: actor.org_id, provider_id, file_sha256: await sha256Hex(csv) };
    const before = await findByFile(db, file);
    const made: Reconciliation = {
      ...file,
      id: before?.id ?? scope.effects.newId("reconciliation"),
      format: read.format,
      first_day: read.lines[0]?.day ?? "",
      last_day: read.lines.at(-1)?.day ?? "",
      threshold,
      drift: verdict.drift,
      alarm: verdict.alarm,
      compared_at: scope.started_at,
      created_at: before?.created_at ?? scope.started_at,
    };
    const told = await Promise.all(alertsOf(made, verdict).map((alert) => insertAlert(alert, scope.started_at)));
    const committed = await commit(scope, {
      org_id: actor.org_id,
      actor: auditActor(actor),
      action: verdict.alarm ? "reconciliation.alarm" : "reconciliation.compared",
      target: { type: "provider", id: provider_id },
      details: {
        reconciliation_id: made.id,
        days: `${made.first_day} to ${made.last_day}`,
        drift_percent: verdict.drift === null ? null : formatPercent(verdict.drift),
        threshold_percent: formatPercent(threshold),
        models: [...verdict.models],
      },
      preconditions: [alone(made)],
      statements: [...storeStatements(db, made, lines), ...told],
      effects: [],
    });
    if (isRefused(committed)) return refused(scope, committed.refused);
    return json(scope, showDetail(made, lines), {
      status: before === null ? 201 : 200,
      headers: { location: `/v1/reconciliations/${made.id}` },
    });
  },
};

/** A deleted provider's bill still comes, so one that served requests is known, too. */
async function hasProvider(db: Database, org_id: string, id: string): Promise<boolean> {
  const found = await db
    .select({ id: providers.id })
    .from(providers)
    .where(and(eq(providers.org_id, org_id), eq(providers.id, id)));
  return found.length > 0;
}

const noProvider = (id: string) =>
  refuse("not_found", {
    message: `There is no provider "${id.slice(0, 50)}" here. GET /v1/providers lists them.`,
    param: "provider_id",
  }).refused;

/** Two comparisons of one file at once would be two. */
const alone = ({ id, org_id, provider_id, file_sha256 }: Reconciliation): Precondition => ({
  statement: {
    sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM reconciliations WHERE org_id = ? AND provider_id = ? AND file_sha256 = ? AND id <> ?)",
    params: [org_id, provider_id, file_sha256, id],
  },
  refusal: refuse("conflict", { message: "This file is being compared right now. Look again." }).refused,
});

/** Days whose log was deleted would seem to be the provider's alone. */
async function logIsWhole(db: Database, { lines: [first] }: ProviderExport): Promise<object | Refused> {
  const begins = await logBegins(db);
  if (first === undefined || Date.parse(first.day) >= begins) return {};
  const day = new Date(begins + DAY_MS - 1).toISOString().slice(0, 10);
  return refuse("invalid_request", {
    message: `The file begins with ${first.day}, and the request log is whole from ${day} on, see AO_LOG_DAYS. Send the days from then on.`,
    param: "csv",
  });
}

const DAY_MS = 24 * 60 * 60 * 1000;

async function compared(
  db: Database,
  org_id: string,
  provider_id: string,
  { lines }: ProviderExport,
): Promise<readonly ComparedLine[]> {
  const [first, last] = [lines[0]?.day ?? "", lines.at(-1)?.day ?? ""];
  return compareCounts(lines, await ourCount(db, org_id, provider_id, first, last));
}

function unanswered(error: unknown): Refused {
  log("error", "reconciliation_not_counted", { reason: String(error) });
  return refuse("store_unavailable", { message: "The request log does not answer. Try again.", retry_after_ms: 1_000 });
}

/** GET /v1/reconciliations */
export const listReconciliationsRoute: AdminRoute = {
  ...common,
  method: "get",
  path: "/v1/reconciliations",
  operation_id: "listReconciliations",
  permission: "reconciliations:read",
  summary: "List compared bills",
  description: "Every comparison of a provider's bill with our count, newest first.",
  body: null,
  query: z.object({ limit: limitParam, cursor: cursorParam }),
  responses: {
    200: {
      description: "One page; `next_cursor` is null on the last.",
      schema: z.object({ data: z.array(shownReconciliation), next_cursor: z.string().nullable() }),
    },
  },
  errors: ERRORS,
  async handle({ query }, scope, actor) {
    const limit = typeof query.limit === "number" ? query.limit : 50;
    const before = typeof query.cursor === "string" ? query.cursor : null;
    // The id of the last row of the page before.
    if (before !== null && !/^rec_[0-9a-z]{26}$/.test(before)) {
      const message = "The cursor is not one of this list. Begin again without.";
      return refused(scope, refuse("invalid_request", { message, param: "cursor" }).refused);
    }
    const rows = await listReconciliations(databaseOf(scope.env.DB), actor.org_id, before, limit + 1);
    const page = rows.slice(0, limit);
    return json(scope, { data: page.map(show), next_cursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null });
  },
};

/** GET /v1/reconciliations/{id} */
export const reconciliationRoute: AdminRoute = {
  ...common,
  method: "get",
  path: "/v1/reconciliations/{id}",
  operation_id: "getReconciliation",
  permission: "reconciliations:read",
  summary: "Get a compared bill",
  description:
    "The comparison as it was made: by model, and by model and day. `format=csv` has a line a model and day.",
  params: { id: "The comparison's id." },
  body: null,
  query: z.object({ format: z.enum(["json", "csv"], "must be json or csv").optional() }),
  responses: { 200: { description: "The comparison.", schema: shownDetail } },
  errors: [...ERRORS, "not_found"],
  async handle({ params, query }, scope, actor) {
    const db = databaseOf(scope.env.DB);
    const found = await findReconciliation(db, actor.org_id, params.id ?? "");
    if (found === null)
      return refused(
        scope,
        refuse("not_found", { message: "There is no comparison with this id.", param: "id" }).refused,
      );
    const lines = await linesOf(db, found.id);
    if (query.format !== "csv") return json(scope, showDetail(found, lines));
    return new Response(linesCsv(lines), {
      headers: {
        "content-type": CSV_TYPE,
        "cache-control": "no-store",
        "x-request-id": scope.public_request_id,
        "content-disposition": `attachment; filename="reconciliation-${found.first_day}-${found.last_day}.csv"`,
      },
    });
  },
};
