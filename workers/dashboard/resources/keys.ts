import { covers, permissionsOfScopes } from "../../../schema/access/permissions.ts";
import { hashApiKey, newApiKey } from "../../../schema/credential/api-key.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { RATE_FIELDS } from "../../../schema/resources/rate-fields.ts";
import type { Actor } from "../access/actor.ts";
import { refuseExcess } from "../access/refuse-permission.ts";
import { type HookContext, type Hooks, type Prepared, type Row, textOf } from "../api/hooks.ts";
import { findWallet, noSuch, walletStays } from "./find.ts";

/** API keys: random, shown once, never with more than their maker's own permissions, revoked rather than deleted. */
export const keyHooks: Hooks = {
  teamOf: async (row, context) => {
    const wallet = typeof row.wallet_id === "string" ? await findWallet(context, row.wallet_id) : null;
    return wallet?.team_id ?? null;
  },
  create,
  update: async (changes, row, { scope, actor }) => {
    if (row.revoked_at !== null) return refuse("conflict", { message: "This key was revoked. Make another one." });
    const excess = scopesExcess(actor, scopesOf(row)) ?? scopesExcess(actor, scopesOf(changes));
    const problem = excess ?? expiryProblem(changes, scope.started_at);
    if (problem !== null) return problem;
    // What the wallet is told is in force at once; callers learn of it some seconds later.
    const limited = RATE_FIELDS.some((field) => field in changes);
    const effect = { kind: "limit_key", wallet_id: textOf(row, "wallet_id"), key_id: textOf(row, "id") } as const;
    return limited ? { effects: [effect] } : {};
  },
  remove: async (row, { scope }) => ({
    instead: { revoked_at: typeof row.revoked_at === "number" ? row.revoked_at : scope.started_at },
    verb: "revoked",
    effects: [{ kind: "revoke_key", wallet_id: textOf(row, "wallet_id"), key_id: textOf(row, "id") }],
  }),
};

async function create(values: Row, context: HookContext): Promise<Prepared | Refused> {
  const { scope, actor } = context;
  const wallet_id = textOf(values, "wallet_id");
  if ((await findWallet(context, wallet_id)) === null) return noSuch("wallet", "wallet_id");
  const scopes = values.scopes === undefined ? ["inference"] : scopesOf(values);
  if (scopes.length === 0) {
    return refuse("invalid_request", {
      message: "A key needs at least one scope, such as inference.",
      param: "scopes",
    });
  }
  const problem = scopesExcess(actor, scopes) ?? expiryProblem(values, scope.started_at);
  if (problem !== null) return problem;
  const secret = await newSecret(context);
  return {
    values: { scopes, ...secret.values, created_by: actor.type === "key" ? actor.key_id : actor.user.user_id },
    preconditions: [walletStays(context, wallet_id, "wallet_id")],
    once: { key: secret.key },
  };
}

/** A new key: what is stored of it, and the key itself, which is shown once. */
export async function newSecret({ scope }: HookContext) {
  const { key, hint } = newApiKey(scope.effects);
  return { key, values: { hash: await hashApiKey(scope.config.AO_KEY_PEPPER, key), hint } };
}

/** 403 when the scopes give more than the actor has; what a key may do with models is no permission of the console. */
export function scopesExcess(actor: Actor, scopes: readonly string[]): Refused | null {
  return covers(actor.permissions, permissionsOfScopes(scopes)) ? null : refuseExcess("A key with these scopes");
}

export const scopesOf = (row: Row): readonly string[] =>
  Array.isArray(row.scopes) ? row.scopes.filter((scope) => typeof scope === "string") : [];

function expiryProblem(values: Row, now: number): Refused | null {
  if (typeof values.expires_at !== "number" || values.expires_at > now) return null;
  return refuse("invalid_request", {
    message: "`expires_at` must lie ahead. To end the key now, delete it.",
    param: "expires_at",
  });
}
