import * as z from "zod";
import { describeIssue } from "../../../schema/http/describe-issue.ts";
import { errorResponse } from "../../../schema/http/error-response.ts";
import { readOptionalJsonBody } from "../../../schema/http/read-json-body.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Route, RouteParams } from "../http/route.ts";
import { snapshotWith } from "../pipeline/snapshot.ts";
import { failed, type TestResult, testProvider } from "../pipeline/test-provider.ts";
import type { Unusable } from "../stores/org-snapshot.ts";
import { ADMIN_BODY_ERRORS } from "./admin-errors.ts";
import { authorizeAdmin } from "./authorize-admin.ts";

const bodySchema = z.object({
  model: z
    .string()
    .min(1)
    .max(LIMITS.model_name_chars)
    .optional()
    .describe("The model to try, with or without the provider in front. The cheapest one with a price unless given."),
});

const resultSchema = z.object({
  ok: z.boolean(),
  latency_ms: z.int().describe("Of the call; 0 when none was made"),
  model: z.string().nullable().describe("What was tried, `provider/model`"),
  cost_usd: z.string().optional().describe("What it cost, charged to the wallet. When `ok` is true"),
  error: z
    .object({ code: z.string(), message: z.string() })
    .optional()
    .describe("What went wrong: an error code of this reference, `no_wallet`, or the provider's own"),
});

/** POST /v1/providers/{id}/test: whether an upstream account works, found out with one small paid call. */
export const providerTest: Route = {
  method: "post",
  path: "/v1/providers/{id}/test",
  operation_id: "testProvider",
  tag: "Providers",
  summary: "Test a provider",
  description:
    "Makes one real chat completion of at most 16 tokens with the stored credential, also when the provider is disabled, and says how it went. It is admitted and charged like any request: to the calling key's wallet, or to the organisation's first one. A failure of provider, wallet or configuration is an answer with `ok: false`.",
  security: "admin",
  spends: true,
  params: { id: "The provider's id." },
  headers: {},
  body: { schema: bodySchema, example: { model: "gpt-4.1-nano" }, optional: true },
  responses: {
    200: {
      description: "How the test went.",
      schema: resultSchema,
      example: { ok: true, latency_ms: 412, model: "openai/gpt-4.1-nano", cost_usd: "0.000001600" },
    },
  },
  errors: [...ADMIN_BODY_ERRORS, "not_found", "audit_broken"],
  handle: handleTest,
};

async function handleTest(http: Request, scope: RequestScope, { id = "" }: RouteParams): Promise<Response> {
  const wanted = await readModel(http);
  if (isRefused(wanted)) return errorResponse(wanted.refused, scope.public_request_id);
  const { model } = wanted;
  const caller = await authorizeAdmin(http, scope, {
    permission: "providers:test",
    // The id comes from the path and may be anything.
    audit: { action: "provider.tested", target: { type: "provider", id: id.slice(0, ID_CHARS) }, details: { model } },
  });
  if (caller.status === "refused") return errorResponse(caller.refusal, scope.public_request_id);
  const loaded = await snapshotWith(scope, caller.org_id, id);
  if (isRefused(loaded)) return errorResponse(loaded.refused, scope.public_request_id);
  const { providers, unusable } = loaded.snapshot;
  const reason = unusable.get(id);
  if (reason !== undefined) {
    return answer(failed({ code: "no_provider_available", message: UNUSABLE[reason] }, { scope, model }), scope);
  }
  const entry = providers.get(id);
  if (entry === undefined) {
    return errorResponse({ code: "not_found", message: "There is no such provider." }, scope.public_request_id);
  }
  const { org_id, actor_id: key_id, wallet_id } = caller;
  if (wallet_id === null) return answer(failed({ code: "no_wallet", message: NO_WALLET }, { scope, model }), scope);
  const payer = { org_id, wallet_id, key_id };
  const test = { scope, route: providerTest.path, payer, provider_id: id, entry, model, caller: http.signal };
  return answer(await testProvider(test), scope);
}

async function readModel(http: Request): Promise<{ readonly model: string | null } | Refused> {
  const read = await readOptionalJsonBody(http);
  if (isRefused(read)) return read;
  const parsed = bodySchema.safeParse(read.body);
  if (!parsed.success) return refuse("invalid_request", describeIssue(parsed.error));
  return { model: parsed.data.model ?? null };
}

/** Longer than a provider's id can be. */
const ID_CHARS = 100;

const NO_WALLET = "There is no wallet that the test could be charged to. Make one first.";

const UNUSABLE: Readonly<Record<Unusable, string>> = {
  outside_regions: "The provider is not in a region that the organisation allows (`provider_regions`).",
  unknown_kind: "The provider is of a kind that this version does not know.",
  no_base_url: "The provider has no base URL, and its kind has no default. Set one.",
  credential_malformed: "The stored credential cannot be read. Enter it anew.",
  credential_refused: "The stored credential does not open with this installation's keys. Enter it anew.",
};

const answer = (result: TestResult, scope: RequestScope): Response =>
  Response.json(result, {
    headers: {
      "x-request-id": scope.public_request_id,
      "x-ao-request-id": scope.request_id,
      "cache-control": "no-store",
    },
  });
