import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { ModelInfo, Price } from "../../../schema/pricing/price.ts";
import { priceAt } from "../../../schema/pricing/select-price.ts";
import { nearest } from "../http/nearest.ts";
import type { ProviderAdapter } from "../providers/kit/provider.ts";
import { adapterOf } from "../providers/registry.ts";
import type { KeyEntry } from "../stores/api-keys.ts";
import type { OrgSnapshot, ProviderEntry, Timeouts } from "../stores/org-snapshot.ts";
import type { NeededAbility } from "./needed-abilities.ts";

/** One upstream call that would serve the request. */
export interface Attempt {
  readonly adapter: ProviderAdapter;
  readonly account: ProviderEntry["account"];
  readonly timeouts: Timeouts;
  readonly model: ModelInfo;
  /** `provider/model`, as the caller can name it and as it is logged. */
  readonly name: string;
  /** Pinned here: the hold, the settlement and the log use this one, whatever becomes effective meanwhile. */
  readonly price: Price;
  /** What `price` is a service tier of, when it is one: the provider may serve the request in the standard tier after all. */
  readonly list_price?: Price;
}

/** Ordered attempts. One for now: rules and failover add more. */
export interface Plan {
  readonly attempts: readonly [Attempt, ...Attempt[]];
}

/** Which models a caller may choose here. */
export type NeededCapability = "chat" | "embeddings" | "rerank";

/**
 * Resolves the caller's model name: `provider/model`, or a bare name that only one provider has. Refusals: 404 with the
 * nearest names, 403 when the key may not use the model, 400 when the model lacks what is needed, 503 when it has no price.
 */
export function planRequest(
  name: string,
  needed: NeededCapability,
  key: KeyEntry,
  snapshot: OrgSnapshot,
  now: number,
  abilities: readonly NeededAbility[] = [],
): { readonly plan: Plan } | Refused {
  const found = resolveModel(name, snapshot);
  if (isRefused(found)) return found;
  const { entry, model, full_name } = found;
  if (key.models !== null && !key.models.some((pattern) => matches(pattern, full_name))) {
    return refuse("forbidden", { message: `This key may not use the model ${full_name}.`, param: "model" });
  }
  if (!model.capabilities.includes(needed)) {
    return refuse("invalid_request", { message: `The model ${full_name} has no ${needed}.`, param: "model" });
  }
  const made = attemptOf(entry, model, full_name, now);
  if (isRefused(made)) return made;
  return lacking(made.attempt, abilities) ?? { plan: { attempts: [made.attempt] } };
}

/** A request whose image, tool or schema the model would not heed is answered by nobody rather than wrongly. */
function lacking({ adapter, model, name }: Attempt, abilities: readonly NeededAbility[]): Refused | null {
  const missing = abilities.find(
    ({ capability }) =>
      !model.capabilities.includes(capability) && !(capability === "json_schema" && adapter.schema_by_tool === true),
  );
  if (missing === undefined) return null;
  return refuse("unsupported_parameter", {
    message: `The model ${name} lacks "${missing.capability}", which \`${missing.param}\` needs. Choose another model: GET /v1/models lists the capabilities of each.`,
    param: missing.param,
  });
}

/** A call of that model at that provider, at the price in force now; 503 when the model has none. */
export function attemptOf(
  { account, timeouts }: ProviderEntry,
  model: ModelInfo,
  name: string,
  now: number,
): { readonly attempt: Attempt } | Refused {
  const adapter = adapterOf(account.kind);
  if (adapter === null) return refuse("no_provider_available");
  const price = priceAt(model.prices, now);
  if (price === null) return refuse("model_unpriced", { param: "model" });
  return { attempt: { adapter, account, timeouts, model, name, price } };
}

type Resolved = { readonly entry: ProviderEntry; readonly model: ModelInfo; readonly full_name: string } | Refused;

function resolveModel(name: string, snapshot: OrgSnapshot): Resolved {
  const slash = name.indexOf("/");
  const entry = slash === -1 ? undefined : snapshot.providers.get(name.slice(0, slash));
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

/** Whether a key's pattern admits a model: equal, or with `*` for any run of characters. */
export function matches(pattern: string, name: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return pattern === name;
  if (!name.startsWith(head)) return false;
  let from = head.length;
  const tail = rest.pop() ?? "";
  for (const piece of rest) {
    const at = name.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return name.length - tail.length >= from && name.endsWith(tail);
}
