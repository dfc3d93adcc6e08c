import * as z from "zod";
import { errorResponse } from "../../../schema/http/error-response.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { monitorOf } from "../../../schema/wire/monitor-rpc.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Route, RouteParams } from "../http/route.ts";
import { loadListedModels } from "../stores/listed-models.ts";
import { authorizeAdmin } from "./authorize-admin.ts";
import { failureSchema, shownFailure } from "./provider-health.ts";

/** POST /v1/providers/{id}/sync: takes over a provider's list of models now. */
export const providerSync: Route = {
  method: "post",
  path: "/v1/providers/{id}/sync",
  operation_id: "syncProviderModels",
  tag: "Providers",
  summary: "Sync a provider's models",
  description:
    "Asks the provider for its list of models, also when it is disabled, and counts what is new, what has vanished, and how many have no price: those are not served until one is set. Free of charge. A failure of the provider is an answer with `ok: false`.",
  security: "admin",
  spends: false,
  params: { id: "The provider's id." },
  headers: {},
  body: null,
  responses: {
    200: {
      description: "How it went.",
      schema: z.object({
        ok: z.boolean(),
        listed: z.int().optional(),
        new: z.int().optional(),
        vanished: z.int().optional(),
        unpriced: z.int().optional(),
        error: failureSchema.optional(),
      }),
    },
  },
  errors: [
    "invalid_api_key",
    "not_signed_in",
    "forbidden",
    "origin_denied",
    "not_found",
    "store_unavailable",
    "audit_broken",
  ],
  handle,
};

/** Longer than a provider's id can be. */
const ID_CHARS = 100;

async function handle(http: Request, scope: RequestScope, { id = "" }: RouteParams): Promise<Response> {
  const target = { type: "provider", id: id.slice(0, ID_CHARS) };
  const audit = { action: "provider.models_synced", target, details: {} };
  const caller = await authorizeAdmin(http, scope, { permission: "providers:test", audit });
  if (caller.status === "refused") return errorResponse(caller.refusal, scope.public_request_id);
  const { MONITOR } = scope.env;
  const unknown = () =>
    errorResponse({ code: "not_found", message: "There is no such provider." }, scope.public_request_id);
  try {
    // An object is made only for a provider that there is.
    const listed = await loadListedModels(scope, caller.org_id, id);
    if (listed === null || MONITOR === undefined) return unknown();
    const answer = await monitorOf(MONITOR, caller.org_id, id).sync(caller.org_id, id);
    if (answer.status === "unknown_provider") return unknown();
    if (answer.status === "no_list") {
      const message = "This provider has no list of models: set prices for those that it has.";
      return json({ ok: false, error: { class: "not_found", message, at: formatTime(scope.started_at) } }, scope);
    }
    if (answer.status === "failed") return json({ ok: false, error: shownFailure(answer.failure) }, scope);
    const after = await loadListedModels(scope, caller.org_id, id);
    const unpriced = after?.filter(({ status }) => status === "unpriced").length ?? 0;
    const { listed: total, new: appeared, vanished } = answer;
    return json({ ok: true, listed: total, new: appeared, vanished, unpriced }, scope);
  } catch (error) {
    log("error", "provider_sync_failed", { request_id: scope.request_id, reason: String(error) });
    return errorResponse({ code: "store_unavailable", retry_after_ms: 1_000 }, scope.public_request_id);
  }
}

const json = (body: object, scope: RequestScope): Response =>
  Response.json(body, { headers: { "x-request-id": scope.public_request_id, "cache-control": "no-store" } });
