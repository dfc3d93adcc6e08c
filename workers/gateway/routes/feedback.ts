import * as z from "zod";
import { describeIssue } from "../../../schema/http/describe-issue.ts";
import { errorResponse } from "../../../schema/http/error-response.ts";
import { readJsonBody } from "../../../schema/http/read-json-body.ts";
import { isRefused, type Refusal } from "../../../schema/kernel/errors.ts";
import { timeOfId } from "../../../schema/kernel/ids.ts";
import { log } from "../../../schema/kernel/log.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Route } from "../http/route.ts";
import { refuseKey } from "../pipeline/refuse-key.ts";
import { authenticateNow } from "../pipeline/standing-of-key.ts";
import { keepFeedback, makerOf } from "../stores/feedback.ts";

const bodySchema = z
  .strictObject({
    request_id: z
      .string()
      .regex(/^req_[0-9a-hjkmnp-tv-z]{26}$/, "must be the `x-ao-request-id` of an answer")
      .describe("The answer's `x-ao-request-id`."),
    score: z.number().min(0).max(1).optional().describe("How good it was, from 0 to 1."),
    rating: z.number().min(-1).max(1).optional().describe("The same from -1 to 1."),
    thumb: z.enum(["up", "down"]).optional().describe("The same in one word: 1 or 0."),
    rater: z
      .string()
      .trim()
      .max(100)
      .default("")
      .describe("Who says so, where several do: one score is kept of each. No names, please: an id of yours."),
  })
  .refine(({ score, rating, thumb }) => [score, rating, thumb].filter((one) => one !== undefined).length === 1, {
    error: "Send exactly one of score, rating and thumb.",
  });

/** POST /v1/feedback: how good an answer was. */
export const feedback: Route = {
  method: "post",
  path: "/v1/feedback",
  operation_id: "sendFeedback",
  tag: "Inference",
  summary: "Send feedback on an answer",
  description:
    "Says how good an answer was, at any time later. It counts for the variant of the experiment that the request took part in. Sending it again replaces what the same rater has said. Only the key that made the request may; no text is kept.",
  security: "key",
  spends: false,
  headers: {},
  body: { schema: bodySchema, example: { request_id: "req_01k00000000000000000000000", score: 1 } },
  responses: {
    200: {
      description: "It is kept.",
      schema: z.object({ request_id: z.string(), rater: z.string(), score: z.number() }),
    },
  },
  errors: [
    "invalid_request",
    "invalid_json",
    "json_too_deep",
    "invalid_api_key",
    "forbidden",
    "not_found",
    "payload_too_large",
    "unsupported_media_type",
    "store_unavailable",
    "wallet_unavailable",
  ],
  handle,
};

/** No hold lives longer than an hour, and rows come some seconds later: what is older and has none never was. */
const ROW_COMES_WITHIN_MS = 2 * 60 * 60 * 1000;

async function handle(http: Request, scope: RequestScope): Promise<Response> {
  const identity = await authenticateNow(http.headers, scope, "inference");
  if (isRefused(identity)) {
    return refuseKey(identity, scope, { key: identity.whose, route: feedback.path, model: null });
  }
  const refuse = (refusal: Refusal) => errorResponse(refusal, scope.public_request_id);
  const read = await readJsonBody(http);
  if (isRefused(read)) return refuse(read.refused);
  const parsed = bodySchema.safeParse(read.body);
  if (!parsed.success) return refuse({ code: "invalid_request", ...describeIssue(parsed.error) });
  const { request_id, rater } = parsed.data;
  const score = scoreOf(parsed.data);
  const { org_id, key_id } = identity.key;
  try {
    const maker = await makerOf(scope.env.DB, request_id);
    const unknown =
      maker === null ? isPast(request_id, scope.started_at) : maker.org_id !== org_id || maker.key_id !== key_id;
    if (unknown) return refuse({ code: "not_found", message: "This key has made no such request." });
    await keepFeedback(scope.env.DB, { org_id, key_id, request_id, rater, score, at: scope.started_at });
  } catch (error) {
    log("error", "feedback_not_kept", { request_id: scope.request_id, reason: String(error) });
    return refuse({ code: "store_unavailable", message: "The feedback could not be kept. Send it again." });
  }
  return Response.json(
    { request_id, rater, score },
    { headers: { "x-request-id": scope.public_request_id, "cache-control": "no-store" } },
  );
}

const scoreOf = ({ score, rating, thumb }: z.infer<typeof bodySchema>): number =>
  score ?? (rating === undefined ? (thumb === "up" ? 1 : 0) : (rating + 1) / 2);

function isPast(request_id: string, now: number): boolean {
  const made_at = timeOfId(request_id);
  return made_at < now - ROW_COMES_WITHIN_MS || made_at > now + ROW_COMES_WITHIN_MS;
}
