import * as z from "zod";
import { errorResponse } from "../../../schema/http/error-response.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Route, RouteParams } from "../http/route.ts";
import { loadListedModels } from "../stores/listed-models.ts";
import { authorizeAdmin } from "./authorize-admin.ts";

const query = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.page_size).default(50).describe("Rows of a page."),
  cursor: z.string().max(1_000).optional().describe("The `next_cursor` of the page before."),
});

const shown = z.object({
  upstream_id: z.string(),
  status: z.enum(["priced", "unpriced", "vanished"]).describe("`unpriced` is not served until a price is set"),
  first_seen_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime().describe("When it came, or last came back"),
  vanished_at: z.iso.datetime().nullable(),
});

/** GET /v1/providers/{id}/models: a provider's list of models, as it was last taken over. */
export const providerModels: Route = {
  method: "get",
  path: "/v1/providers/{id}/models",
  operation_id: "listProviderModels",
  tag: "Providers",
  summary: "List a provider's models",
  description:
    "What the provider itself lists, taken over on a schedule or with a sync, by id. A model without a price is shown here and refused when it is asked for.",
  security: "admin",
  spends: false,
  params: { id: "The provider's id." },
  query,
  headers: {},
  body: null,
  responses: {
    200: {
      description: "One page; `next_cursor` is null on the last.",
      schema: z.object({ data: z.array(shown), next_cursor: z.string().nullable() }),
    },
  },
  errors: [
    "invalid_request",
    "invalid_api_key",
    "not_signed_in",
    "forbidden",
    "origin_denied",
    "not_found",
    "store_unavailable",
  ],
  handle,
};

async function handle(http: Request, scope: RequestScope, { id = "" }: RouteParams): Promise<Response> {
  const caller = await authorizeAdmin(http, scope, { permission: "providers:read", audit: null });
  if (caller.status === "refused") return errorResponse(caller.refusal, scope.public_request_id);
  const parsed = query.safeParse(Object.fromEntries(new URL(http.url).searchParams));
  if (!parsed.success) {
    const message = `\`limit\` must be a whole number from 1 to ${LIMITS.page_size}.`;
    return errorResponse({ code: "invalid_request", message, param: "limit" }, scope.public_request_id);
  }
  const { limit, cursor } = parsed.data;
  try {
    const listed = await loadListedModels(scope, caller.org_id, id);
    if (listed === null) {
      return errorResponse({ code: "not_found", message: "There is no such provider." }, scope.public_request_id);
    }
    const behind = cursor === undefined ? listed : listed.filter(({ upstream_id }) => upstream_id > cursor);
    const page = behind.slice(0, limit);
    const data = page.map((model) => ({
      ...model,
      first_seen_at: formatTime(model.first_seen_at),
      last_seen_at: formatTime(model.last_seen_at),
      vanished_at: model.vanished_at === null ? null : formatTime(model.vanished_at),
    }));
    const next_cursor = behind.length > limit ? (page.at(-1)?.upstream_id ?? null) : null;
    return Response.json(
      { data, next_cursor },
      { headers: { "x-request-id": scope.public_request_id, "cache-control": "no-store" } },
    );
  } catch (error) {
    log("error", "provider_models_failed", { request_id: scope.request_id, reason: String(error) });
    return errorResponse({ code: "store_unavailable", retry_after_ms: 1_000 }, scope.public_request_id);
  }
}
