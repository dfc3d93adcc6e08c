import * as z from "zod";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { readCursor, writeCursor } from "../../../schema/requests/cursor.ts";
import { teamsWith } from "../access/actor.ts";
import { cursorParam, limitParam } from "../api/list-query.ts";
import { CSV_TYPE } from "../export/csv-lines.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { requestConditions } from "../requests/conditions.ts";
import { requestsCsv } from "../requests/csv.ts";
import { describeRequest, findRequest, requestDetail } from "../requests/detail.ts";
import { filtersOf, requestFilters } from "../requests/filters.ts";
import { allRequests, SCAN_ROWS, searchRequests } from "../requests/search.ts";
import { shownRequest, showRequest } from "../requests/shown.ts";
import { databaseOf } from "../store/database.ts";

const FORMATS = ["json", "csv"] as const;
/** Rows that a CSV file is read by: some two megabytes of rows at a time. */
const CSV_PAGE_ROWS = 1_000;

const common = {
  tag: "Usage",
  security: "admin",
  permission: "requests:read",
  headers: {},
  body: null,
  method: "get",
} as const;

/** GET /v1/requests: the request log. */
export const listRequestsRoute: AdminRoute = {
  ...common,
  path: "/v1/requests",
  operation_id: "listRequests",
  summary: "List requests",
  description: `Every request that was admitted and has ended, newest first, without its text. A row appears some seconds after the answer. What was refused is not here: see the audit log. A page looks at ${SCAN_ROWS} rows at most: where a filter matches few of many, it may have fewer rows than \`limit\`, or none, and still a \`next_cursor\`. Who is in a team sees what was booked to it.`,
  query: z.object({
    ...requestFilters,
    format: z
      .enum(FORMATS, `must be one of ${FORMATS.join(", ")}`)
      .optional()
      .describe("json or csv; json unless given. As CSV it is all of them, streamed, without pages."),
    limit: limitParam,
    cursor: cursorParam,
  }),
  responses: {
    200: {
      description: "One page; `next_cursor` is null on the last. `format=csv` answers text/csv with a line of heads.",
      schema: z.object({ data: z.array(shownRequest), next_cursor: z.string().nullable() }),
    },
  },
  errors: ["invalid_request", "invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"],
  async handle({ query }, scope, actor) {
    const conditions = requestConditions(actor.org_id, filtersOf(query), teamsWith(actor, common.permission));
    const db = databaseOf(scope.env.DB);
    if (query.format === "csv") return csvFile(scope, requestsCsv(allRequests(db, conditions, CSV_PAGE_ROWS)));
    const limit = typeof query.limit === "number" ? query.limit : 50;
    const behind = typeof query.cursor === "string" ? readCursor(query.cursor) : null;
    if (behind === null && query.cursor !== undefined) return refused(scope, NO_CURSOR.refused);
    const page = await searchRequests(db, conditions, behind, limit).catch(unanswered(scope));
    if (page === null) return refused(scope, UNAVAILABLE.refused);
    return json(scope, {
      data: page.rows.map(showRequest),
      next_cursor: page.next === null ? null : writeCursor(page.next),
    });
  },
};

/** GET /v1/requests/{id}: one request, with how its price came about. */
export const getRequestRoute: AdminRoute = {
  ...common,
  path: "/v1/requests/{id}",
  operation_id: "getRequest",
  summary: "Get a request",
  description:
    "One request with all that is kept of it but its text: where it went and why, its usage, what was held, each posting, and each component at its rate, which with one rounding is exactly what was charged.",
  params: { id: "The request's id, `x-ao-request-id` of its answer." },
  responses: { 200: { description: "The request.", schema: requestDetail } },
  errors: ["invalid_api_key", "not_signed_in", "forbidden", "not_found", "store_unavailable"],
  async handle({ params }, scope, actor) {
    const db = databaseOf(scope.env.DB);
    const row = await findRequest(db, actor.org_id, params.id ?? "", teamsWith(actor, common.permission));
    return row === null
      ? refused(scope, NO_REQUEST.refused)
      : json(scope, await describeRequest(db, row, scope.effects.now()));
  },
};

const NO_CURSOR: Refused = refuse("invalid_request", {
  message: "The cursor is not one of this list.",
  param: "cursor",
});

export const NO_REQUEST: Refused = refuse("not_found", {
  message:
    "There is no request with this id. One appears in the log some seconds after its answer; one that was refused is in the audit log.",
  param: "id",
});

const UNAVAILABLE: Refused = refuse("store_unavailable", {
  message: "The request log does not answer. Try again.",
  retry_after_ms: 1_000,
});

const unanswered =
  (scope: ConsoleScope) =>
  (error: unknown): null => {
    log("error", "requests_not_read", { request_id: scope.request_id, reason: String(error) });
    return null;
  };

const csvFile = (scope: ConsoleScope, body: ReadableStream<Uint8Array>): Response =>
  new Response(body, {
    headers: {
      "content-type": CSV_TYPE,
      "content-disposition": `attachment; filename="requests-${formatTime(scope.started_at).slice(0, 10)}.csv"`,
      "cache-control": "no-store",
      "x-request-id": scope.public_request_id,
    },
  });
