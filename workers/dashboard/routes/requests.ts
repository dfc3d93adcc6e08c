import * as z from "zod";
import { usageSchema } from "../../../schema/canonical/usage.ts";
import { refuse } from "../../../schema/kernel/errors.ts";
import { formatUsdSum } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { routingRecordSchema } from "../../../schema/routing/routing-record.ts";
import { cursorParam, limitParam } from "../api/list-query.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import {
  type LoggedRequest,
  newestRequests,
  readCursor,
  requestConditions,
  requestFilters,
  writeCursor,
} from "../requests/newest.ts";
import { databaseOf } from "../store/database.ts";

const shownRequest = z.object({
  id: z.string().describe("What the caller saw as `x-ao-request-id`."),
  at: z.iso.datetime().describe("When it ended."),
  outcome: z.string().describe("`completed`, `cut`, `cancelled`, `incomplete`, `upstream_error`, …"),
  status: z.int().describe("As the caller saw it; 499 for one who had left, 0 when its deadline ended it."),
  error_code: z.string().nullable(),
  provider: z.string(),
  model: z.string(),
  stream: z.boolean(),
  cost_usd: z.string().describe("All that it was charged, overage and correction included."),
  usage: usageSchema.describe("By component; the corrected one when there was a correction."),
  estimated: z.boolean(),
  unsettled: z.boolean(),
  wallet_id: z.string(),
  team_id: z.string().nullable().describe("What the wallet was booked to when it was charged."),
  cost_center: z.string().nullable(),
  key_id: z.string(),
  attempts: z.int().describe("Calls of providers."),
  latency_ms: z.int(),
  routing: routingRecordSchema
    .nullable()
    .describe("Why it went to its model; null for requests of before that was kept."),
});

/** GET /v1/requests: the request log. */
export const listRequestsRoute: AdminRoute = {
  tag: "Usage",
  security: "admin",
  permission: "requests:read",
  headers: {},
  body: null,
  method: "get",
  path: "/v1/requests",
  operation_id: "listRequests",
  summary: "List requests",
  description:
    "Every request that was admitted and has ended, newest first, without its text. A row appears some seconds after the answer. What was refused is not here: see the audit log.",
  query: z.object({ ...requestFilters, limit: limitParam, cursor: cursorParam }),
  responses: {
    200: {
      description: "One page; `next_cursor` is null on the last.",
      schema: z.object({ data: z.array(shownRequest), next_cursor: z.string().nullable() }),
    },
  },
  errors: ["invalid_request", "invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"],
  async handle({ query }, scope, actor) {
    const limit = typeof query.limit === "number" ? query.limit : 50;
    const behind = typeof query.cursor === "string" ? readCursor(query.cursor) : null;
    if (behind === null && query.cursor !== undefined) {
      return refused(
        scope,
        refuse("invalid_request", { message: "The cursor is not one of this list.", param: "cursor" }).refused,
      );
    }
    const conditions = requestConditions(actor.org_id, query);
    const rows = await newestRequests(databaseOf(scope.env.DB), conditions, behind, limit + 1);
    const last = rows[limit - 1];
    const next_cursor = rows.length > limit && last !== undefined ? writeCursor([last.at, last.event_id]) : null;
    return json(scope, { data: rows.slice(0, limit).map(shown), next_cursor });
  },
};

const shown = (row: LoggedRequest): z.infer<typeof shownRequest> => ({
  id: row.request_id,
  at: formatTime(row.at),
  outcome: row.outcome,
  status: row.status,
  error_code: row.error_code,
  provider: row.provider_id,
  model: row.model,
  stream: row.stream,
  cost_usd: formatUsdSum(BigInt(row.cost_nano_usd) + BigInt(row.adjusted_nano_usd)),
  usage: usageSchema.parse(row.corrected_usage === null ? row.usage : JSON.parse(row.corrected_usage)),
  estimated: row.estimated,
  unsettled: row.unsettled,
  wallet_id: row.wallet_id,
  team_id: row.team_id,
  cost_center: row.cost_center,
  key_id: row.key_id,
  attempts: row.attempts,
  latency_ms: row.latency_ms,
  routing: routingRecordSchema.nullable().catch(null).parse(row.routing),
});
