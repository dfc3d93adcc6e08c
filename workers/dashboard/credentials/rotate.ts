import { and, eq, isNotNull } from "drizzle-orm";
import { auditWebhookOwner } from "../../../schema/credential/owners.ts";
import { type CredentialOwner, openCredential, sealWith } from "../../../schema/credential/seal.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { orgs, providers } from "../../../schema/tables/tables.ts";
import type { SqlStatement } from "../../../schema/wire/audit-rpc.ts";
import type { Actor } from "../access/actor.ts";
import { auditActor, commit, type Precondition } from "../audit/commit.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { databaseOf } from "../store/database.ts";
import { freshKey, openingKeys } from "./keys.ts";

interface Sealed {
  readonly owner: CredentialOwner;
  readonly text: string;
  readonly statement: (text: string) => SqlStatement;
  readonly unchanged: Precondition;
}

/** Makes a new data key and seals everything of the org anew with it, in one transaction. */
export async function rotateDataKey(
  scope: ConsoleScope,
  actor: Actor,
): Promise<{ readonly data_key_id: string; readonly resealed: number } | Refused> {
  const { org_id } = actor;
  const keys = await openingKeys(scope, org_id);
  const fresh = await freshKey(scope, org_id);
  const sealed = await sealedTexts(scope, org_id);
  const resealed: SqlStatement[] = [];
  for (const item of sealed) {
    const opened = await openCredential(keys, item.owner, item.text);
    if (opened.status !== "opened") {
      return refuse("conflict", {
        message: `The credential of ${item.owner.provider_id} does not open (${opened.status}). Enter it anew, then try again.`,
      });
    }
    resealed.push(item.statement(await sealWith(fresh.data_key, item.owner, opened.credential, scope.effects)));
  }
  const committed = await commit(scope, {
    org_id,
    actor: auditActor(actor),
    action: "org.data_key_rotated",
    target: { type: "org", id: org_id },
    details: { data_key_id: fresh.data_key.id, resealed: resealed.length },
    preconditions: sealed.map(({ unchanged }) => unchanged),
    statements: [{ sql: "DELETE FROM data_keys WHERE org_id = ?", params: [org_id] }, ...fresh.statements, ...resealed],
    effects: [],
  });
  return isRefused(committed) ? committed : { data_key_id: fresh.data_key.id, resealed: resealed.length };
}

/** Everything of an org that is sealed with its data keys, and how each is replaced. */
async function sealedTexts(scope: ConsoleScope, org_id: string): Promise<readonly Sealed[]> {
  const db = databaseOf(scope.env.DB);
  const changed = refuse("conflict", { message: "A credential was changed meanwhile. Try again." }).refused;
  const accounts = await db
    .select()
    .from(providers)
    .where(and(eq(providers.org_id, org_id), isNotNull(providers.credential)));
  const [org] = await db.select().from(orgs).where(eq(orgs.id, org_id)).limit(1);
  const webhook = org?.audit_webhook_secret ?? null;
  return [
    ...accounts.map(({ id, credential }) => ({
      owner: { org_id, provider_id: id },
      text: credential ?? "",
      statement: (text: string) => ({
        sql: "UPDATE providers SET credential = ? WHERE org_id = ? AND id = ?",
        params: [text, org_id, id],
      }),
      unchanged: {
        statement: {
          sql: "SELECT 1 FROM providers WHERE org_id = ? AND id = ? AND credential = ?",
          params: [org_id, id, credential],
        },
        refusal: changed,
      },
    })),
    ...(webhook === null
      ? []
      : [
          {
            owner: auditWebhookOwner(org_id),
            text: webhook,
            statement: (text: string) => ({
              sql: "UPDATE orgs SET audit_webhook_secret = ? WHERE id = ?",
              params: [text, org_id],
            }),
            unchanged: {
              statement: {
                sql: "SELECT 1 FROM orgs WHERE id = ? AND audit_webhook_secret = ?",
                params: [org_id, webhook],
              },
              refusal: changed,
            },
          },
        ]),
  ];
}
