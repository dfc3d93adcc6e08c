import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { matchesPattern } from "../../../schema/kernel/wildcard.ts";
import type { ModelInfo, Price } from "../../../schema/pricing/price.ts";
import { priceAt } from "../../../schema/pricing/select-price.ts";
import { nearest } from "../http/nearest.ts";
import type { ProviderAdapter } from "../providers/kit/provider.ts";
import { adapterOf } from "../providers/registry.ts";
import type { KeyEntry } from "../stores/api-keys.ts";
import type { OrgSnapshot, ProviderEntry, Timeouts } from "../stores/org-snapshot.ts";

/** One upstream call that would serve the request. */
export interface Attempt {
  readonly adapter: ProviderAdapter;
  readonly account: ProviderEntry["account"];
  /** The same account with its other credentials. */
  readonly others?: ProviderEntry["others"];
  readonly timeouts: Timeouts;
  readonly model: ModelInfo;
  /** `provider/model`, as the caller can name it and as it is logged. */
  readonly name: string;
  /** Pinned here: the hold, the settlement and the log use this one, whatever becomes effective meanwhile. */
  readonly price: Price;
  /** What `price` is a service tier of, when it is one: the provider may serve the request in the standard tier after all. */
  readonly list_price?: Price;
}

/** The attempts in the order in which they are made: each further one where those before it failed. */
export interface Plan {
  readonly attempts: readonly [Attempt, ...Attempt[]];
}

/** Which models a caller may choose here. */
export type NeededCapability = "chat" | "embeddings" | "rerank";

/**
 * Resolves the caller's model name: `provider/model`, or a bare name that only one provider has. Refusals: 404 with the
 * nearest names, 403 when the key may not use the model, 503 when the model has no price.
 */
export function planRequest(
  name: string,
  needed: NeededCapability,
  key: KeyEntry,
  snapshot: OrgSnapshot,
  now: number,
): { readonly plan: Plan } | Refused {
  const found = resolveModel(name, snapshot);
  if (isRefused(found)) return found;
  const { entry, model, full_name } = found;
  if (key.models !== null && !key.models.some((pattern) => matchesPattern(pattern, full_name))) {
    return refuse("forbidden", { message: `This key may not use the model ${full_name}.`, param: "model" });
  }
  if (!model.capabilities.includes(needed)) {
    return refuse("invalid_request", { message: `The model ${full_name} has no ${needed}.`, param: "model" });
  }
  const made = attemptOf(entry, model, full_name, now);
  return isRefused(made) ? made : { plan: { attempts: [made.attempt] } };
}

/** A call of that model at that provider, at the price in force now; 503 when the model has none. */
export function attemptOf(
  { account, others, timeouts }: ProviderEntry,
  model: ModelInfo,
  name: string,
  now: number,
): { readonly attempt: Attempt } | Refused {
  const adapter = adapterOf(account.kind);
  if (adapter === null) return refuse("no_provider_available");
  const price = priceAt(model.prices, now);
  if (price === null) return refuse("model_unpriced", { param: "model" });
  const several = others === undefined || others.length === 0 ? {} : { others };
  return { attempt: { adapter, account, ...several, timeouts, model, name, price } };
}

type Resolved = { readonly entry: ProviderEntry; readonly model: ModelInfo; readonly full_name: string } | Refused;

function resolveModel(name: string, snapshot: OrgSnapshot): Resolved {
  const slash = name.indexOf("/");
  const entry = slash === -1 ? undefined : snapshot.providers.get(name.slice(0, slash));
  if (slash !== -1 && snapshot.unusable.get(name.slice(0, slash)) === "outside_regions")
    return outside(name.slice(0, slash));
  const named = entry?.models.get(name.slice(slash + 1));
  if (entry !== undefined && named !== undefined) return { entry, model: named, full_name: name };
  // A model's own name may contain a slash (`meta-llama/Llama-3`), and what stands before it may be a provider's id.
  const ids = snapshot.by_model.get(name) ?? [];
  const [id] = ids;
  if (id === undefined) return unknownModel(name, snapshot);
  if (ids.length > 1) {
    const names = ids.map((provider) => `${provider}/${name}`).join(", ");
    return refuse("model_not_found", {
      message: `Several providers have the model "${name}". Name one: ${names}.`,
      param: "model",
    });
  }
  const only = snapshot.providers.get(id);
  const model = only?.models.get(name);
  if (only === undefined || model === undefined) return unknownModel(name, snapshot);
  return { entry: only, model, full_name: `${id}/${name}` };
}

const outside = (id: string): Refused =>
  refuse("region_denied", {
    message: `The provider "${id}" is not in a region that your organisation allows. Choose a model of another one.`,
    param: "model",
  });

function unknownModel(name: string, snapshot: OrgSnapshot): Refused {
  const names = [...snapshot.providers].flatMap(([id, { models }]) =>
    [...models.keys()].map((model) => `${id}/${model}`),
  );
  const near = nearest(name, names, 3);
  const hint =
    names.length === 0
      ? "No provider is configured yet: add one first."
      : near.length === 0
        ? "GET /v1/models lists what there is."
        : `Did you mean ${near.join(", ")}? GET /v1/models lists what there is.`;
  return refuse("model_not_found", { message: `There is no model "${name.slice(0, 100)}". ${hint}`, param: "model" });
}
