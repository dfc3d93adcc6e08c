import type * as z from "zod";
import { describeIssue } from "../../../schema/http/describe-issue.ts";
import { errorResponse } from "../../../schema/http/error-response.ts";
import { readJsonBody } from "../../../schema/http/read-json-body.ts";
import { isRefused, type Refusal, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { readCursor, writeCursor } from "../../../schema/requests/cursor.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Route } from "../http/route.ts";
import { DRAFT_ID, type DraftRule, listRules } from "../pipeline/routing/replay/listed-rules.ts";
import { replayLog } from "../pipeline/routing/replay/replay-log.ts";
import { reloadedSnapshot, snapshotWithDisabled } from "../pipeline/snapshot.ts";
import { ADMIN_BODY_ERRORS } from "./admin-errors.ts";
import { authorizeAdmin } from "./authorize-admin.ts";
import { answerSchema, type Body, bodySchema } from "./replay-shapes.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** POST /v1/routing/replay: what rules would have done with requests of the log. */
export const routingReplay: Route = {
  method: "post",
  path: "/v1/routing/replay",
  operation_id: "replayRouting",
  tag: "Routing",
  summary: "Replay routing",
  description: `What the rules, with a draft among them, would have done with requests of the log: how many go elsewhere, from where to where, how many are refused, and what they would cost. Schedules and times of day are those of then; prices, models, keys and other rules are those of now. Nothing is called, held or written. A call looks at ${LIMITS.replay_rows} rows at most: figures of further calls are added up by whoever asks. It takes \`routing:read\` and \`requests:read\`.`,
  security: "admin",
  spends: false,
  headers: {},
  body: {
    schema: bodySchema,
    example: {
      rule: { name: "Small is enough", when: { feature: "search" }, then: { model: "openai/gpt-5-mini" } },
      from: "2026-11-25T00:00:00Z",
      to: "2026-11-26T00:00:00Z",
    },
  },
  responses: { 200: { description: "What would have happened.", schema: answerSchema } },
  errors: ADMIN_BODY_ERRORS,
  handle,
};

async function handle(http: Request, scope: RequestScope): Promise<Response> {
  const no = (refusal: Refusal) => errorResponse(refusal, scope.public_request_id);
  const caller = await authorizeAdmin(http, scope, { permission: "routing:read", audit: null });
  if (caller.status === "refused") return no(caller.refusal);
  // Who may not read the log must not learn from this what is in it.
  const reader = await authorizeAdmin(http, scope, { permission: "requests:read", audit: null });
  if (reader.status === "refused") return no(reader.refusal);
  const read = await readJsonBody(http);
  if (isRefused(read)) return no(read.refused);
  const parsed = bodySchema.safeParse(read.body);
  if (!parsed.success) return no({ code: "invalid_request", ...describeIssue(parsed.error) });
  const { rule, filter, limit, cursor } = parsed.data;
  const period = periodOf(parsed.data, scope.started_at);
  if (isRefused(period)) return no(period.refused);
  if (rule !== undefined && rule.starts_at !== null && rule.ends_at !== null && rule.starts_at >= rule.ends_at) {
    return no({
      code: "invalid_request",
      message: "`rule.ends_at` must lie behind `rule.starts_at`.",
      param: "rule.ends_at",
    });
  }
  const behind = cursor === undefined ? null : readCursor(cursor);
  if (behind === null && cursor !== undefined) {
    return no({ code: "invalid_request", message: "The cursor is not one of this list.", param: "cursor" });
  }
  const { org_id } = caller;
  const [loaded, all] = await Promise.all([reloadedSnapshot(scope, org_id), snapshotWithDisabled(scope, org_id)]);
  if (isRefused(loaded)) return no(loaded.refused);
  if (isRefused(all)) return no(all.refused);
  const configured = { snapshot: loaded.snapshot, with_disabled: all.snapshot };
  const listed = listRules(loaded.snapshot.rules, rule === undefined ? null : draftOf(rule));
  const wanted = { filters: { ...filter, ...period }, behind, rows: limit };
  try {
    const { next, ...replayed } = await replayLog(scope.env.DB, listed, configured, wanted, scope.started_at);
    return Response.json(
      {
        from: formatTime(period.from),
        to: formatTime(period.to),
        ...replayed,
        next_cursor: next === null ? null : writeCursor(next),
      } satisfies z.infer<typeof answerSchema>,
      { headers: { "x-request-id": scope.public_request_id, "cache-control": "no-store" } },
    );
  } catch (error) {
    log("error", "routing_not_replayed", { request_id: scope.request_id, reason: String(error) });
    return no({
      code: "store_unavailable",
      message: "The request log does not answer. Try again.",
      retry_after_ms: 1_000,
    });
  }
}

function draftOf({ id = DRAFT_ID, name: called = "Draft", when, then, ...rest }: NonNullable<Body["rule"]>): DraftRule {
  return { id, name: called, ...rest, conditions: when, action: then };
}

function periodOf(body: Body, now: number): { readonly from: number; readonly to: number } | Refused {
  const to = body.to === undefined ? now : Date.parse(body.to);
  const from = body.from === undefined ? to - DAY_MS : Date.parse(body.from);
  if (from >= to) return refuse("invalid_request", { message: "`to` must lie behind `from`.", param: "to" });
  if (to - from <= LIMITS.replay_days * DAY_MS) return { from, to };
  return refuse("invalid_request", {
    message: `\`from\` must lie ${LIMITS.replay_days} days before \`to\` at most.`,
    param: "from",
  });
}
