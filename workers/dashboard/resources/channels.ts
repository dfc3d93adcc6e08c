import { channelOwner } from "../../../schema/credential/owners.ts";
import { sealWith } from "../../../schema/credential/seal.ts";
import { checkUrl, URL_PROBLEMS } from "../../../schema/http/checked-url.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { type ChannelKindRow, channelKind } from "../../../schema/notifications/channel-kinds.ts";
import { channelCredentialInput } from "../../../schema/resources/channel.ts";
import { type HookContext, type Hooks, type Prepared, type Row, textOf, textOrNull } from "../api/hooks.ts";
import { sealingKey } from "../credentials/keys.ts";

/** Channels: what the kind needs must be there, addresses are checked, credentials sealed before they are stored. */
export const channelHooks: Hooks = {
  create: async (values, context) => {
    const id = context.scope.effects.newId("channel");
    const prepared = await prepare(values, {}, id, textOf(values, "kind"), context);
    return isRefused(prepared) ? prepared : { ...prepared, values: { ...prepared.values, id } };
  },
  update: async (changes, row, context) => await prepare(changes, row, textOf(row, "id"), textOf(row, "kind"), context),
  decorate: async (rows) => rows.map((row) => ({ has_credential: textOrNull(row, "credential") !== null })),
};

async function prepare(
  changes: Row,
  row: Row,
  id: string,
  kindName: string,
  context: HookContext,
): Promise<Prepared | Refused> {
  const kind = channelKind(kindName);
  if (kind === null) return refuse("internal");
  const problem = placeProblem(kind, kindName, { ...row, ...changes }, context);
  if (problem !== null) return problem;
  if (changes.credential === undefined) return {};
  const given = changes.credential === null ? {} : channelCredentialInput.parse(changes.credential);
  const wrong = credentialProblem(kind, kindName, given);
  if (wrong !== null) return wrong;
  const { scope, actor } = context;
  const key = await sealingKey(scope, actor.org_id);
  const owner = channelOwner(actor.org_id, id);
  return {
    values: { credential: await sealWith(key.data_key, owner, given, scope.effects) },
    before: key.statements,
    preconditions: key.preconditions,
  };
}

/** What is missing of where it is, or must not be called from here. */
function placeProblem(kind: ChannelKindRow, kindName: string, row: Row, { scope }: HookContext): Refused | null {
  const url = textOrNull(row, "url");
  if (url === null && kind.url === "required") return missing("url", kindName);
  if (url !== null) {
    const checked = checkUrl(url, { allow_private: scope.config.AO_ALLOW_PRIVATE_UPSTREAMS });
    if (!checked.ok) return invalid("url", `${URL_PROBLEMS[checked.problem]}.`);
  }
  if (kind.addressed && textOrNull(row, "sender") === null) return missing("sender", kindName);
  const region = textOrNull(row, "region");
  if (kind.needs_region && region === null) return missing("region", kindName);
  // It becomes part of a host's name.
  if (region !== null && !/^[a-z0-9-]+$/.test(region)) return invalid("region", "must be a name such as eu-central-1.");
  return null;
}

/** What is wrong with a credential. No text of it is quoted. */
function credentialProblem(
  kind: ChannelKindRow,
  kindName: string,
  credential: Readonly<Record<string, string>>,
): Refused | null {
  const names = kind.credential.map(({ name }) => name);
  const unknown = Object.keys(credential).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    return refuse("invalid_request", {
      message: `A credential of the kind ${kindName} has ${names.join(", ")}, and not "${unknown.slice(0, 50)}".`,
      param: "credential",
    });
  }
  for (const { name, required, least_chars } of kind.credential) {
    const value = credential[name];
    if (value === undefined && required) return missing(`credential.${name}`, kindName);
    if (value !== undefined && value.length < least_chars) {
      return invalid(`credential.${name}`, `must have at least ${least_chars} characters.`);
    }
  }
  return null;
}

const missing = (param: string, kindName: string): Refused =>
  refuse("invalid_request", { message: `\`${param}\` is missing: the kind ${kindName} needs it.`, param });

const invalid = (param: string, problem: string): Refused =>
  refuse("invalid_request", { message: `\`${param}\` ${problem}`, param });
