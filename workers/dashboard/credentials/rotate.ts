import { and, eq, isNotNull, or } from "drizzle-orm";
import { namedCredentials } from "../../../schema/credential/named-credential.ts";
import { auditWebhookOwner, channelOwner } from "../../../schema/credential/owners.ts";
import { type CredentialOwner, openCredential, sealWith } from "../../../schema/credential/seal.ts";
import { isRefused, type Refusal, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { channels } from "../../../schema/tables/notifications.ts";
import { orgs, providers } from "../../../schema/tables/tables.ts";
import type { SqlStatement } from "../../../schema/wire/audit-rpc.ts";
import type { Actor } from "../access/actor.ts";
import { auditActor, commit, type Precondition } from "../audit/commit.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { databaseOf } from "../store/database.ts";
import { freshKey, openingKeys, rewrappedKeys } from "./keys.ts";

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
    statements: [
      { sql: DELETE_UNUSED, params: [org_id] },
      ...(await rewrappedKeys(scope, org_id)),
      ...fresh.statements,
      ...resealed,
    ],
    effects: [],
  });
  return isRefused(committed) ? committed : { data_key_id: fresh.data_key.id, resealed: resealed.length };
}

/**
 * Texts of requests are too many to be sealed anew: the keys that some are sealed with go on opening them until they
 * expire. So does the newest where texts are stored now, because gateways seal with it for some seconds more.
 */
const DELETE_UNUSED = `
  DELETE FROM data_keys WHERE org_id = ?1
    AND NOT EXISTS (
      SELECT 1 FROM request_texts WHERE org_id = ?1 AND data_key_id = data_keys.id AND removed_at IS NULL
    )
    AND NOT (
      id = (SELECT id FROM data_keys AS newest WHERE org_id = ?1 ORDER BY created_at DESC LIMIT 1)
      AND EXISTS (SELECT 1 FROM orgs WHERE id = ?1 AND store_texts = 1)
    )`;

/** Everything of an org that is sealed with its data keys, and how each is replaced. */
async function sealedTexts(scope: ConsoleScope, org_id: string): Promise<readonly Sealed[]> {
  const db = databaseOf(scope.env.DB);
  const changed = refuse("conflict", { message: "A credential was changed meanwhile. Try again." }).refused;
  const accounts = await db
    .select()
    .from(providers)
    .where(and(eq(providers.org_id, org_id), or(isNotNull(providers.credential), isNotNull(providers.credentials))));
  const receivers = await db
    .select()
    .from(channels)
    .where(and(eq(channels.org_id, org_id), isNotNull(channels.credential)));
  const [org] = await db.select().from(orgs).where(eq(orgs.id, org_id)).limit(1);
  const webhook = org?.audit_webhook_secret ?? null;
  return [
    ...accounts.flatMap((account) => sealedIn(account, changed)),
    ...receivers.map(({ id, credential }) => ({
      owner: channelOwner(org_id, id),
      text: credential ?? "",
      statement: (text: string) => ({
        sql: "UPDATE channels SET credential = ? WHERE org_id = ? AND id = ?",
        params: [text, org_id, id],
      }),
      unchanged: {
        statement: {
          sql: "SELECT 1 FROM channels WHERE org_id = ? AND id = ? AND credential = ?",
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

/** What a provider's row has sealed: its main credential, and those with names. */
function sealedIn(
  {
    org_id,
    id,
    credential,
    credentials,
  }: Pick<typeof providers.$inferSelect, "org_id" | "id" | "credential" | "credentials">,
  changed: Refusal,
): readonly Sealed[] {
  const owner = { org_id, provider_id: id };
  const main = {
    owner,
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
  };
  const named = namedCredentials(credentials).map(({ sealed }, place) => ({
    owner,
    text: sealed,
    statement: (text: string) => ({
      sql: "UPDATE providers SET credentials = json_set(credentials, ?, ?) WHERE org_id = ? AND id = ?",
      params: [`$[${place}].sealed`, text, org_id, id],
    }),
    unchanged: {
      statement: {
        sql: "SELECT 1 FROM providers WHERE org_id = ? AND id = ? AND json_extract(credentials, ?) = ?",
        params: [org_id, id, `$[${place}].sealed`, sealed],
      },
      refusal: changed,
    },
  }));
  return credential === null ? named : [main, ...named];
}
