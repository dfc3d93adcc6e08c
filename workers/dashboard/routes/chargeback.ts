import * as z from "zod";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { chargebackParams, chargebackQuery } from "../chargeback/query.ts";
import { type Chargeback, chargebackCsv, chargebackJson } from "../chargeback/render.ts";
import { sumPostings } from "../chargeback/sum.ts";
import { CSV_TYPE } from "../export/csv-lines.ts";
import { refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { REFUSALS } from "../spend/refusals.ts";
import { SUM_LIMITS } from "../spend/sum.ts";
import { databaseOf } from "../store/database.ts";

const line = z.looseObject({
  requests: z.int().describe("Requests that ended in this group."),
  input_tokens: z.int(),
  output_tokens: z.int(),
  cost_usd: z.string().describe("Exact, nine places. Below zero when corrections gave back more than was charged."),
});

const schema = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  time_zone: z.string(),
  group_by: z.array(z.string()),
  data: z
    .array(line)
    .describe(
      "By group: `team_id` and `team_name`, `cost_center`, `wallet_id` and `wallet_name`, `key_id` and `key_name`, `provider`, `model`, `feature`, `day`, `month`.",
    ),
  total_usd: z.string(),
});

const example: z.infer<typeof schema> = {
  from: "2026-11-01T00:00:00.000Z",
  to: "2026-12-01T00:00:00.000Z",
  time_zone: "UTC",
  group_by: ["cost_center", "wallet"],
  data: [
    {
      cost_center: "CC-100",
      wallet_id: "wal_01k8w3v5r8f7mt9r2c6x4q1z0b",
      wallet_name: "Search team",
      requests: 1204,
      input_tokens: 912_400,
      output_tokens: 301_118,
      cost_usd: "1.514636000",
    },
  ],
  total_usd: "1.514636000",
};

/** GET /v1/chargeback: what was charged, by who is to pay for it. */
export const chargebackRoute: AdminRoute = {
  tag: "Usage",
  security: "admin",
  permission: "chargeback:read",
  headers: {},
  body: null,
  method: "get",
  path: "/v1/chargeback",
  operation_id: "exportChargeback",
  summary: "Export costs for chargeback",
  description:
    "What requests were charged in a stretch of time, exactly, summed by group, as JSON or CSV of any length that is allowed. Team and cost centre are those that the wallet had when the charge was posted: what is changed later moves nothing that was posted before. The total is that of the wallets' ledgers.",
  query: z.object(chargebackParams),
  responses: {
    200: {
      description: `The sums, sorted by group; \`format=csv\` answers text/csv with the same columns and a line of heads. At most ${SUM_LIMITS.groups} lines.`,
      schema,
      example,
    },
  },
  errors: ["invalid_request", "invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"],
  async handle({ query: params }, scope, actor) {
    const query = chargebackQuery(params, scope.started_at);
    if (isRefused(query)) return refused(scope, query.refused);
    const sums = await sumPostings(databaseOf(scope.env.DB), actor.org_id, query).catch((error: unknown) => {
      log("error", "chargeback_not_summed", { request_id: scope.request_id, reason: String(error) });
      return { status: "unavailable" } as const;
    });
    return sums.status === "summed"
      ? file(scope, { query, groups: sums.groups, total_nano_usd: sums.total_nano_usd })
      : refused(scope, REFUSALS[sums.status]);
  },
};

function file(scope: ConsoleScope, chargeback: Chargeback): Response {
  const { format, range } = chargeback.query;
  const headers = { "cache-control": "no-store", "x-request-id": scope.public_request_id };
  if (format === "json") {
    return new Response(chargebackJson(chargeback), { headers: { ...headers, "content-type": "application/json" } });
  }
  const [from, to] = [range.from, range.to].map((at) => formatTime(at).slice(0, 10));
  return new Response(chargebackCsv(chargeback), {
    headers: {
      ...headers,
      "content-type": CSV_TYPE,
      "content-disposition": `attachment; filename="chargeback-${from}-${to}.csv"`,
    },
  });
}
