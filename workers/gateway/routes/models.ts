import * as z from "zod";
import { USAGE_COMPONENTS } from "../../../schema/canonical/usage.ts";
import { readApiKey } from "../../../schema/http/caller-headers.ts";
import { errorResponse } from "../../../schema/http/error-response.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import { matchesPattern } from "../../../schema/kernel/wildcard.ts";
import type { ModelInfo } from "../../../schema/pricing/price.ts";
import { priceAt } from "../../../schema/pricing/select-price.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Route } from "../http/route.ts";
import { refuseKey } from "../pipeline/refuse-key.ts";
import { orgSnapshot } from "../pipeline/snapshot.ts";
import { authenticateNow } from "../pipeline/standing-of-key.ts";
import { adapterOf } from "../providers/registry.ts";
import { loadListed } from "../stores/listed-models.ts";
import type { OrgSnapshot } from "../stores/org-snapshot.ts";
import { authorizeAdmin } from "./authorize-admin.ts";

const providerSchema = z.object({
  kind: z.string(),
  parameters: z.record(z.string(), z.enum(["passed", "mapped", "dropped", "refused"])),
  other_parameters: z.enum(["passed", "dropped"]),
  features: z.record(z.string(), z.union([z.literal(true), z.string()])),
});

const modelSchema = z.looseObject({
  id: z.string(),
  object: z.literal("model"),
  created: z.int(),
  owned_by: z.string(),
  context_tokens: z.int(),
  max_output_tokens: z.int(),
  capabilities: z.array(z.string()),
  price: z.record(z.string(), z.string()).nullable(),
});

/** GET /v1/models: what this key may use, with prices. OpenAI's list shape, so that its SDKs read it. */
export const models: Route = {
  method: "get",
  path: "/v1/models",
  operation_id: "listModels",
  tag: "Inference",
  summary: "List models",
  description:
    "The models of every enabled provider that this key may use (with a session of the console: all of the organisation's), named `provider/model`, each with its limits and its price now (US dollars per million units, by usage component). `providers` tells for each of them what becomes of a request's parameters (passed on, mapped to its own form, dropped with a warning, or refused) and which features it has: true, or why a request for it is refused. A model that a provider lists and that has no price is shown with `price: null` and limits of 0: a request for it is refused with `model_unpriced`.",
  security: "key",
  spends: false,
  headers: {},
  body: null,
  responses: {
    200: {
      description: "The models.",
      schema: z.object({
        object: z.literal("list"),
        data: z.array(modelSchema),
        providers: z.record(z.string(), providerSchema),
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
    "wallet_unavailable",
  ],
  handle: listModels,
};

async function listModels(request: Request, scope: RequestScope): Promise<Response> {
  const identity = await readerOf(request, scope);
  if (identity instanceof Response) return identity;
  const { key } = identity;
  const loaded = await orgSnapshot(scope, key.org_id);
  if (isRefused(loaded)) return errorResponse(loaded.refused, scope.public_request_id);
  const data = [...loaded.snapshot.providers].flatMap(([provider_id, { models: known }]) =>
    [...known]
      .map(([name, model]) => describe(`${provider_id}/${name}`, provider_id, model, scope.started_at))
      .filter(({ id }) => key.models === null || key.models.some((pattern) => matchesPattern(pattern, id))),
  );
  const listed = await listedUnpriced(scope, loaded.snapshot, data);
  data.push(
    ...listed.filter(({ id }) => key.models === null || key.models.some((pattern) => matchesPattern(pattern, id))),
  );
  const seen = new Set(data.map(({ owned_by }) => owned_by));
  const providers = Object.fromEntries(
    [...loaded.snapshot.providers]
      .filter(([provider_id]) => seen.has(provider_id))
      .map(([provider_id, { account }]) => [provider_id, describeProvider(account.kind)]),
  );
  return Response.json({ object: "list", data, providers }, { headers: { "x-request-id": scope.public_request_id } });
}

type Reader = { readonly key: { readonly org_id: string; readonly models: readonly string[] | null } };

/** Whose models are asked for: a key's; or those of the org, by somebody who is signed in to the console and may read providers. */
async function readerOf(request: Request, scope: RequestScope): Promise<Reader | Response> {
  if (readApiKey(request.headers) === null && request.headers.has("cookie")) {
    const caller = await authorizeAdmin(request, scope, { permission: "providers:read", audit: null });
    if (caller.status === "refused") return errorResponse(caller.refusal, scope.public_request_id);
    return { key: { org_id: caller.org_id, models: null } };
  }
  const identity = await authenticateNow(request.headers, scope, "inference");
  if (isRefused(identity)) return refuseKey(identity, scope, { key: identity.whose, route: models.path, model: null });
  return identity;
}

/** What enabled providers list and nobody priced: shown, and refused when it is asked for. Nothing of it when D1 is down. */
async function listedUnpriced(
  { env, request_id, started_at }: RequestScope,
  { org_id, providers }: OrgSnapshot,
  known: readonly { readonly id: string }[],
): Promise<readonly z.infer<typeof modelSchema>[]> {
  const names = new Set(known.map(({ id }) => id));
  for (const [provider_id, { models: priced }] of providers) {
    for (const { upstream_id } of priced.values()) names.add(`${provider_id}/${upstream_id}`);
  }
  try {
    const listed = await loadListed(env.DB, org_id);
    return listed
      .filter(
        ({ provider_id, upstream_id }) => providers.has(provider_id) && !names.has(`${provider_id}/${upstream_id}`),
      )
      .map(({ provider_id, upstream_id, first_seen_at }) => ({
        id: `${provider_id}/${upstream_id}`,
        object: "model",
        created: Math.floor(Math.min(first_seen_at, started_at) / 1000),
        owned_by: provider_id,
        context_tokens: 0,
        max_output_tokens: 0,
        capabilities: [],
        price: null,
      }));
  } catch (error) {
    log("warn", "listed_models_failed", { request_id, reason: String(error) });
    return [];
  }
}

function describeProvider(kind: string): z.infer<typeof providerSchema> | undefined {
  const support = adapterOf(kind)?.support;
  if (support === undefined) return undefined;
  const { parameters, other_parameters, features } = support;
  return {
    kind,
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, { how }]) => [name, how])),
    other_parameters,
    features: Object.fromEntries(
      Object.entries(features).map(([name, offered]) => [name, offered === true ? true : offered.refused]),
    ),
  };
}

function describe(id: string, provider_id: string, model: ModelInfo, now: number): z.infer<typeof modelSchema> {
  const price = priceAt(model.prices, now);
  return {
    id,
    object: "model",
    created: Math.floor((price?.effective_from ?? 0) / 1000),
    owned_by: provider_id,
    context_tokens: model.context_tokens,
    max_output_tokens: model.max_output_tokens,
    capabilities: [...model.capabilities],
    price: price === null ? null : ratesInUsd(price.rates),
  };
}

/** Rates are nano-USD per million units already: as dollars they are dollars per million units. */
function ratesInUsd(rates: Partial<Record<(typeof USAGE_COMPONENTS)[number], number>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const component of USAGE_COMPONENTS) {
    const rate = rates[component];
    if (rate !== undefined) out[`${component}_usd_per_million`] = formatUsd(nanoUsd(rate));
  }
  return out;
}
