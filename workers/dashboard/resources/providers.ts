import * as z from "zod";
import { sealWith } from "../../../schema/credential/seal.ts";
import { checkUrl, URL_PROBLEMS } from "../../../schema/http/checked-url.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { isCatalogueName } from "../../../schema/pricing/catalogue.ts";
import { isProviderKind, PROVIDER_KINDS, type ProviderKindRow } from "../../../schema/providers/kinds.ts";
import { credentialInput, type ProviderModel, providerModel } from "../../../schema/resources/provider.ts";
import { modelPrices } from "../../../schema/tables/tables.ts";
import type { SqlStatement } from "../../../schema/wire/audit-rpc.ts";
import { type HookContext, type Hooks, type Prepared, type Row, textOf, textOrNull } from "../api/hooks.ts";
import { sealingKey } from "../credentials/keys.ts";
import { databaseOf, statement } from "../store/database.ts";
import { momentIsFree, noBaseModel } from "./prices.ts";
import { credentialProblem } from "./provider-credential.ts";
import { settingsProblem } from "./provider-settings.ts";

/** Providers: credentials are sealed before they are stored, addresses checked, models become prices. */
export const providerHooks: Hooks = {
  create: async (values, context) => await prepare(values, textOf(values, "id"), textOf(values, "kind"), null, context),
  update: async (changes, row, context) => await prepare(changes, textOf(row, "id"), textOf(row, "kind"), row, context),
  decorate: async (rows) => rows.map((row) => ({ has_credential: textOrNull(row, "credential") !== null })),
};

async function prepare(
  values: Row,
  id: string,
  kindName: string,
  row: Row | null,
  context: HookContext,
): Promise<Prepared | Refused> {
  if (!isProviderKind(kindName)) return refuse("internal");
  const kind: ProviderKindRow = PROVIDER_KINDS[kindName];
  const problem =
    kindProblem(kind, context) ??
    addressProblem(kind, values, row, context) ??
    settingsProblem(kindName, kind, values.settings, context.scope.config.AO_ALLOW_PRIVATE_UPSTREAMS);
  if (problem !== null) return problem;
  const sealed = await sealCredentialOf(values, id, kindName, kind, row, context);
  if (isRefused(sealed)) return sealed;
  const models = readModels(values);
  const twice = models.find((model, index) => models.findIndex((other) => other.id === model.id) !== index);
  if (twice !== undefined) {
    return refuse("invalid_request", { message: `\`models\` has "${twice.id}" twice.`, param: "models" });
  }
  const baseless = models.findIndex(({ base_model }) => base_model !== undefined && !isCatalogueName(base_model));
  if (baseless !== -1) return noBaseModel(models[baseless]?.base_model ?? "", `models[${baseless}].base_model`);
  const price_statements = models.map((model) => priceStatement(model, id, context));
  return {
    ...sealed,
    preconditions: [
      ...(sealed.preconditions ?? []),
      ...models.map((model) => momentIsFree(context, id, model.id, context.scope.started_at)),
    ],
    values: { ...(row === null ? { name: textOrNull(values, "name") ?? id } : {}), ...sealed.values },
    after: price_statements,
    details: models.length === 0 ? {} : { priced_models: models.map((model) => model.id) },
  };
}

function kindProblem(kind: ProviderKindRow, { scope }: HookContext): Refused | null {
  if (kind.local !== true || scope.config.AO_ENVIRONMENT === "local") return null;
  return refuse("invalid_request", { message: "This kind exists on a developer's machine only.", param: "kind" });
}

/** A base URL must be public, unless private ones are allowed here; some kinds need one. */
function addressProblem(kind: ProviderKindRow, values: Row, row: Row | null, { scope }: HookContext): Refused | null {
  const base_url = values.base_url === undefined ? textOrNull(row ?? {}, "base_url") : textOrNull(values, "base_url");
  if (base_url === null) {
    return kind.default_base_url === null
      ? refuse("invalid_request", {
          message: "`base_url` is missing: this kind has no address of its own.",
          param: "base_url",
        })
      : null;
  }
  const checked = checkUrl(base_url, { allow_private: scope.config.AO_ALLOW_PRIVATE_UPSTREAMS });
  if (checked.ok) return null;
  return refuse("invalid_request", { message: `\`base_url\` ${URL_PROBLEMS[checked.problem]}.`, param: "base_url" });
}

async function sealCredentialOf(
  values: Row,
  id: string,
  kindName: string,
  kind: ProviderKindRow,
  row: Row | null,
  context: HookContext,
): Promise<Prepared | Refused> {
  const { scope, actor } = context;
  if (values.credential === undefined || values.credential === null) {
    const kept = values.credential === undefined && row !== null;
    if (kept) return { values: {} };
    const missing = kind.credential.find(({ required }) => required);
    if (missing !== undefined) return missingField(kindName, missing.name);
    return wayProblem(kindName, kind, []) ?? { values: { credential: null } };
  }
  const credential = credentialInput.parse(values.credential);
  const known = kind.credential.map(({ name }) => name);
  const unknown = Object.keys(credential).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return refuse("invalid_request", {
      message: `A credential of the kind ${kindName} has ${known.join(", ") || "no fields"}, and not "${unknown.slice(0, 50)}".`,
      param: "credential",
    });
  }
  const missing = kind.credential.find(({ name, required }) => required && credential[name] === undefined);
  if (missing !== undefined) return missingField(kindName, missing.name);
  const malformed = await credentialProblem(kind, credential);
  if (malformed !== null) return malformed;
  const unclear = wayProblem(kindName, kind, Object.keys(credential));
  if (unclear !== null) return unclear;
  const key = await sealingKey(scope, actor.org_id);
  const owner = { org_id: actor.org_id, provider_id: id };
  return {
    values: { credential: await sealWith(key.data_key, owner, credential, scope.effects) },
    before: key.statements,
    preconditions: key.preconditions,
  };
}

const missingField = (kind: string, name: string): Refused =>
  refuse("invalid_request", {
    message: `\`credential.${name}\` is missing: the kind ${kind} needs it.`,
    param: `credential.${name}`,
  });

/** Of a kind that can be reached in several ways, a credential must be exactly one of them. */
function wayProblem(kindName: string, { credential_ways: ways }: ProviderKindRow, given: readonly string[]) {
  if (ways === undefined) return null;
  const one = ways.some((way) => way.length === given.length && way.every((name) => given.includes(name)));
  if (one) return null;
  return refuse("invalid_request", {
    message: `A credential of the kind ${kindName} is ${ways.map((way) => way.join(" + ")).join(", or ")}.`,
    param: "credential",
  });
}

const readModels = (values: Row): readonly ProviderModel[] => z.array(providerModel).parse(values.models ?? []);

function priceStatement(model: ProviderModel, provider_id: string, { scope, actor }: HookContext): SqlStatement {
  const row = {
    id: scope.effects.newId("price"),
    org_id: actor.org_id,
    provider_id,
    model: model.id,
    upstream_id: model.upstream_id ?? null,
    effective_from: scope.started_at,
    rates: model.price ?? {},
    tiers: model.tiers ?? null,
    context_tokens: model.context_tokens ?? null,
    max_output_tokens: model.max_output_tokens ?? null,
    capabilities: model.capabilities ?? null,
    encoding: model.encoding ?? null,
    base_model: model.base_model ?? null,
    created_at: scope.started_at,
  };
  return statement(databaseOf(scope.env.DB).insert(modelPrices).values(row));
}
