import * as z from "zod";
import { type NamedCredential, namedCredentials } from "../../../schema/credential/named-credential.ts";
import { type Credential, sealWith } from "../../../schema/credential/seal.ts";
import { checkUrl, URL_PROBLEMS } from "../../../schema/http/checked-url.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { isCatalogueName } from "../../../schema/pricing/catalogue.ts";
import { forgetModels } from "../../../schema/providers/forget-models.ts";
import { isProviderKind, PROVIDER_KINDS, type ProviderKindRow } from "../../../schema/providers/kinds.ts";
import {
  credentialInput,
  namedCredentialInput,
  type ProviderModel,
  providerModel,
} from "../../../schema/resources/provider.ts";
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
  remove: async (row, { scope, actor }) => ({
    after: forgetModels(actor.org_id, textOf(row, "id"), scope.started_at),
  }),
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
  const sealed = await sealCredentialsOf(values, id, kindName, kind, row, context);
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
    details: { ...sealed.details, ...(models.length === 0 ? {} : { priced_models: models.map((model) => model.id) }) },
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

/** What is wrong with a credential, which stands in the body at `at`. */
async function problemOf(
  kindName: string,
  kind: ProviderKindRow,
  credential: Credential,
  at: string,
): Promise<Refused | null> {
  const known = kind.credential.map(({ name }) => name);
  const unknown = Object.keys(credential).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return refuse("invalid_request", {
      message: `A credential of the kind ${kindName} has ${known.join(", ") || "no fields"}, and not "${unknown.slice(0, 50)}".`,
      param: at,
    });
  }
  const missing = kind.credential.find(({ name, required }) => required && credential[name] === undefined);
  if (missing !== undefined) return missingField(kindName, missing.name, at);
  return (await credentialProblem(kind, credential, at)) ?? wayProblem(kindName, kind, Object.keys(credential), at);
}

/** The credentials as they are stored: what was sent is checked and sealed, what was not is kept. */
async function sealCredentialsOf(
  values: Row,
  id: string,
  kindName: string,
  kind: ProviderKindRow,
  row: Row | null,
  context: HookContext,
): Promise<Prepared | Refused> {
  const { scope, actor } = context;
  const main = await mainOf(values, kindName, kind, row);
  if (isRefused(main)) return main;
  const named = await namedOf(values, kindName, kind, row);
  if (isRefused(named)) return named;
  const none = typeof main.credential !== "object" || main.credential === null;
  if (none && named.credentials?.every((entry) => "sealed" in entry) !== false) {
    return { values: { ...main, ...named } };
  }
  const key = await sealingKey(scope, actor.org_id);
  const owner = { org_id: actor.org_id, provider_id: id };
  const seal = (credential: Credential) => sealWith(key.data_key, owner, credential, scope.effects);
  const kept = async (entry: NamedCredential | Unsealed): Promise<NamedCredential> =>
    "sealed" in entry ? entry : { name: entry.name, sealed: await seal(entry.credential) };
  return {
    values: {
      ...(main.credential == null ? main : { credential: await seal(main.credential) }),
      ...(named.credentials == null ? named : { credentials: await Promise.all(named.credentials.map(kept)) }),
    },
    before: key.statements,
    preconditions: key.preconditions,
    details: named.credentials == null ? {} : { credentials_set: setNames(named.credentials) },
  };
}

interface Unsealed {
  readonly name: string;
  readonly credential: Credential;
}

const setNames = (entries: readonly (NamedCredential | Unsealed)[]): string[] =>
  entries.flatMap((entry) => ("sealed" in entry ? [] : [entry.name]));

/** The main credential as it was sent; absent where it stays. */
async function mainOf(
  values: Row,
  kindName: string,
  kind: ProviderKindRow,
  row: Row | null,
): Promise<{ readonly credential?: Credential | null } | Refused> {
  if (values.credential === undefined && row !== null) return {};
  if (values.credential === undefined || values.credential === null) {
    const missing = kind.credential.find(({ required }) => required);
    if (missing !== undefined) return missingField(kindName, missing.name, "credential");
    return wayProblem(kindName, kind, [], "credential") ?? { credential: null };
  }
  const credential = credentialInput.parse(values.credential);
  return (await problemOf(kindName, kind, credential, "credential")) ?? { credential };
}

/** The named credentials, sealed where they are kept; absent where all stay. */
async function namedOf(
  values: Row,
  kindName: string,
  kind: ProviderKindRow,
  row: Row | null,
): Promise<{ readonly credentials?: readonly (NamedCredential | Unsealed)[] | null } | Refused> {
  if (values.credentials === undefined) return {};
  if (values.credentials === null) return { credentials: null };
  const stored = namedCredentials(row?.credentials ?? null);
  const entries: (NamedCredential | Unsealed)[] = [];
  for (const [place, { name, credential }] of z.array(namedCredentialInput).parse(values.credentials).entries()) {
    const at = `credentials[${place}]`;
    if (entries.some((entry) => entry.name === name)) {
      return refuse("invalid_request", { message: `\`credentials\` has "${name}" twice.`, param: `${at}.name` });
    }
    const kept = stored.find((entry) => entry.name === name);
    if (credential === undefined && kept === undefined) {
      return refuse("invalid_request", {
        message: `\`${at}.credential\` is missing: no credential is stored under "${name}".`,
        param: `${at}.credential`,
      });
    }
    const problem = credential === undefined ? null : await problemOf(kindName, kind, credential, `${at}.credential`);
    if (problem !== null) return problem;
    if (credential !== undefined) entries.push({ name, credential });
    else if (kept !== undefined) entries.push(kept);
  }
  return { credentials: entries };
}

const missingField = (kind: string, name: string, at: string): Refused =>
  refuse("invalid_request", {
    message: `\`${at}.${name}\` is missing: the kind ${kind} needs it.`,
    param: `${at}.${name}`,
  });

/** Of a kind that can be reached in several ways, a credential must be exactly one of them. */
function wayProblem(
  kindName: string,
  { credential_ways: ways }: ProviderKindRow,
  given: readonly string[],
  at: string,
): Refused | null {
  if (ways === undefined) return null;
  const one = ways.some((way) => way.length === given.length && way.every((name) => given.includes(name)));
  if (one) return null;
  return refuse("invalid_request", {
    message: `A credential of the kind ${kindName} is ${ways.map((way) => way.join(" + ")).join(", or ")}.`,
    param: at,
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
