import * as z from "zod";
import { describeIssue } from "../../../schema/http/describe-issue.ts";
import { errorResponse } from "../../../schema/http/error-response.ts";
import { readJsonBody } from "../../../schema/http/read-json-body.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { isJsonObject } from "../../../schema/kernel/json.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { log } from "../../../schema/kernel/log.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Route } from "../http/route.ts";
import { EXPLAINED_ROUTES, explainRouting, readExplained } from "../pipeline/routing/explain-routing.ts";
import { walletUse } from "../pipeline/routing/wallet-use.ts";
import { reloadedSnapshot } from "../pipeline/snapshot.ts";
import { type KeyEntry, keyOfNobody, loadKeyById } from "../stores/api-keys.ts";
import { ADMIN_BODY_ERRORS } from "./admin-errors.ts";
import { authorizeAdmin } from "./authorize-admin.ts";

const label = z.string().min(1).max(LIMITS.tag_chars);

const bodySchema = z.strictObject({
  route: z.enum(EXPLAINED_ROUTES).default("/v1/chat/completions").describe("Where the request would be sent."),
  request: z.record(z.string(), z.unknown()).describe("Its body."),
  key_id: z
    .string()
    .max(100)
    .optional()
    .describe("Whose key it would come with; one that may use all models unless given."),
  feature: label.optional(),
  subject: label.optional(),
  session: label.optional(),
  country: z.string().length(2).optional(),
  team: label.optional().describe("A team's id; that of the key's wallet unless given."),
  cost_center: label.optional().describe("That of the key's wallet unless given."),
  wallet_used_percent: z
    .number()
    .min(0)
    .optional()
    .describe("How much of its limit the wallet has spent; what the key's has, unless given."),
  tags: z.record(label, label).optional(),
  at: z.iso.datetime({ offset: true }).optional().describe("When; now unless given."),
});

const answerSchema = z.object({
  asked: z.string(),
  model: z.string().nullable().describe("Which would serve it; null when it would be refused."),
  provider: z.string().nullable(),
  how: z.enum(["asked", "model", "split", "cheapest", "fastest", "round_robin", "fallback", "downgrade"]).nullable(),
  continue: z.boolean().describe("Whether a stream that breaks off goes on with the next of these."),
  then: z.array(z.string()).describe("What is tried where that fails, in order."),
  rule: z.object({ id: z.string(), name: z.string() }).nullable().describe("The rule that decides."),
  considered: z
    .array(z.object({ rule_id: z.string(), name: z.string(), failed: z.string().nullable() }))
    .describe("The rules that are tried, in order, each with the first condition that does not hold."),
  candidates: z.array(
    z.object({
      model: z.string(),
      weight: z.int().optional(),
      cost_usd: z.string().optional(),
      left_out: z.string().optional(),
      down: z.literal(true).optional().describe("It is known to be down, so it is asked last."),
      breaker: z.enum(["open", "half_open"]).optional(),
      probe: z.literal(true).optional().describe("It is asked first to find out whether it is well again."),
      measured_ms: z.int().nullable().optional().describe("What the fastest is told by; null where it is not known."),
      misses: z.record(z.string(), z.number()).optional().describe("Bounds of `sla` that it does not keep to."),
    }),
  ),
  experiment: z
    .object({ id: z.string(), name: z.string(), run: z.int(), variant: z.string() })
    .nullable()
    .describe("The experiment that it would take part in, and as what."),
  not_in_experiments: z
    .array(z.object({ experiment_id: z.string(), failed: z.string() }))
    .describe("Experiments that it would take no part in, and why."),
  facts: z.object({
    input_tokens: z.int(),
    tools: z.boolean(),
    images: z.boolean(),
    json: z.boolean(),
    team: z.string().nullable(),
    cost_center: z.string().nullable(),
    regions: z.array(z.string()),
    estimated_cost_usd: z.string().nullable().describe("At the model that is asked for."),
    wallet_used_percent: z.number().nullable().describe("Null when it is not known, or no wallet has a limit."),
  }),
  refused: z.object({ code: z.string(), message: z.string() }).nullable(),
});

/** POST /v1/routing/explain: what would happen to a request, without running it. */
export const routingExplain: Route = {
  method: "post",
  path: "/v1/routing/explain",
  operation_id: "explainRouting",
  tag: "Routing",
  summary: "Explain routing",
  description:
    "Which model would serve a request and why: every rule that is tried, with the first condition of it that does not hold, and what there is to choose from. Nothing is called, held or charged. A split by request falls anew each time.",
  security: "admin",
  spends: false,
  headers: {},
  body: {
    schema: bodySchema,
    example: {
      request: { model: "openai/gpt-5", messages: [{ role: "user", content: "Hello" }] },
      tags: { env: "dev" },
    },
  },
  responses: { 200: { description: "What would happen.", schema: answerSchema } },
  errors: [...ADMIN_BODY_ERRORS, "not_found"],
  handle,
};

async function handle(http: Request, scope: RequestScope): Promise<Response> {
  const caller = await authorizeAdmin(http, scope, { permission: "routing:read", audit: null });
  if (caller.status === "refused") return errorResponse(caller.refusal, scope.public_request_id);
  const read = await readJsonBody(http);
  if (isRefused(read)) return errorResponse(read.refused, scope.public_request_id);
  const parsed = bodySchema.safeParse(read.body);
  if (!parsed.success) {
    return errorResponse({ code: "invalid_request", ...describeIssue(parsed.error) }, scope.public_request_id);
  }
  const { route, key_id, feature = null, subject = null, session = null, country = null, tags = {}, at } = parsed.data;
  const { request } = read.body;
  const asked = readExplained(route, isJsonObject(request) ? request : {});
  if (isRefused(asked)) {
    const { param } = asked.refused;
    const inside = param === undefined ? asked.refused : { ...asked.refused, param: `request.${param}` };
    return errorResponse(inside, scope.public_request_id);
  }
  const key = await keyOf(key_id, caller.org_id, scope);
  if ("refusal" in key) return errorResponse(key.refusal, scope.public_request_id);
  const loaded = await reloadedSnapshot(scope, caller.org_id);
  if (isRefused(loaded)) return errorResponse(loaded.refused, scope.public_request_id);
  const who = {
    key: key.entry.key_id,
    wallet: key.entry.wallet_id,
    team: parsed.data.team ?? key.entry.team_id,
    cost_center: parsed.data.cost_center ?? key.entry.cost_center,
    feature,
    subject,
    session,
    country,
    tags,
    at: at === undefined ? scope.started_at : Date.parse(at),
  };
  const { wallet_id } = key.entry;
  const used = parsed.data.wallet_used_percent ?? (wallet_id === "" ? null : await walletUse(scope, wallet_id));
  const { request_id, started_at } = scope;
  return Response.json(explainRouting(asked, who, used, key.entry, loaded.snapshot, request_id, started_at), {
    headers: { "x-request-id": scope.public_request_id, "cache-control": "no-store" },
  });
}

type FoundKey =
  | { readonly entry: KeyEntry }
  | { readonly refusal: { readonly code: "not_found" | "store_unavailable"; readonly message: string } };

async function keyOf(key_id: string | undefined, org_id: string, scope: RequestScope): Promise<FoundKey> {
  if (key_id === undefined) return { entry: keyOfNobody(org_id) };
  try {
    const entry = await loadKeyById(scope.env.DB, org_id, key_id);
    return entry === null ? { refusal: { code: "not_found", message: "There is no such key." } } : { entry };
  } catch (error) {
    log("error", "key_store_failed", { request_id: scope.request_id, reason: String(error) });
    return { refusal: { code: "store_unavailable", message: "The key store does not answer. Try again." } };
  }
}
