import { WorkerEntrypoint } from "cloudflare:workers";
import { and, asc, eq, isNull } from "drizzle-orm";
import { runtimeEffects } from "../../schema/kernel/effects.ts";
import { isRefused } from "../../schema/kernel/errors.ts";
import { wallets } from "../../schema/tables/tables.ts";
import type { AuthorizeAnswer, AuthorizeRequest, ConsoleRpc as ConsoleMethods } from "../../schema/wire/console-rpc.ts";
import { type Actor, may } from "./access/actor.ts";
import { identifyActor } from "./access/identify.ts";
import { refusePermission } from "./access/refuse-permission.ts";
import { newScope } from "./app.ts";
import { auditActor, commit } from "./audit/commit.ts";
import type { Env } from "./env.ts";
import type { ConsoleScope } from "./http/scope.ts";
import { databaseOf } from "./store/database.ts";

const effects = runtimeEffects();

/** The console's RPC, reached by the gateway over a service binding. */
export class ConsoleRpc extends WorkerEntrypoint<Env> implements ConsoleMethods {
  async authorize(request: AuthorizeRequest): Promise<AuthorizeAnswer> {
    const http = new Request(request.url, {
      method: request.method,
      headers: request.headers.map(([name, value]): [string, string] => [name, value]),
    });
    const scope = newScope(http, this.env, effects, (promise) => this.ctx.waitUntil(promise));
    if (scope instanceof Response) return { status: "refused", refusal: { code: "internal" } };
    return await authorize(http, { ...scope, request_id: request.request_id }, request);
  }
}

async function authorize(http: Request, scope: ConsoleScope, request: AuthorizeRequest): Promise<AuthorizeAnswer> {
  const actor = await identifyActor(http, scope);
  if (isRefused(actor)) return { status: "refused", refusal: actor.refused };
  if (!may(actor, request.permission)) {
    return { status: "refused", refusal: refusePermission(actor, request.permission).refused };
  }
  const written = request.audit === null ? null : await writeEntry(scope, actor, request.audit);
  if (written !== null && isRefused(written)) return { status: "refused", refusal: written.refused };
  return {
    status: "authorized",
    org_id: actor.org_id,
    actor_id: actor.type === "key" ? actor.key_id : actor.user.user_id,
    wallet_id: await payingWallet(scope, actor),
  };
}

const writeEntry = (scope: ConsoleScope, actor: Actor, entry: NonNullable<AuthorizeRequest["audit"]>) =>
  commit(scope, {
    org_id: actor.org_id,
    actor: auditActor(actor),
    ...entry,
    preconditions: [],
    statements: [],
    effects: [],
  });

/** A key pays from its own wallet, somebody signed in from the org's first. */
async function payingWallet(scope: ConsoleScope, actor: Actor): Promise<string | null> {
  if (actor.type === "key") return actor.wallet_id;
  const [first] = await databaseOf(scope.env.DB)
    .select({ id: wallets.id })
    .from(wallets)
    .where(and(eq(wallets.org_id, actor.org_id), isNull(wallets.archived_at)))
    .orderBy(asc(wallets.created_at), asc(wallets.id))
    .limit(1);
  return first?.id ?? null;
}
