import { isRefused, type Refused } from "../../../schema/kernel/errors.ts";
import { NANO_PER_USD } from "../../../schema/kernel/money.ts";
import { members } from "../../../schema/tables/console.ts";
import { orgs, wallets } from "../../../schema/tables/tables.ts";
import type { SignedIn } from "../access/actor.ts";
import { commit } from "../audit/commit.ts";
import { freshKey } from "../credentials/keys.ts";
import type { ConsoleScope } from "../http/scope.ts";
import type { OrgToMake } from "../identity/sign-up-steps.ts";
import { databaseOf, statement } from "../store/database.ts";

/** What the first wallet of an org may spend a month until somebody decides otherwise. */
const FIRST_LIMIT_NANO_USD = 25 * NANO_PER_USD;

export interface NewOrg {
  readonly org: { readonly id: string; readonly name: string };
  readonly wallet_id: string;
  readonly member_id: string;
}

/** Makes an org with a first wallet and a data key, and the user its owner: all of it or nothing. */
export async function createOrg(
  scope: ConsoleScope,
  user: SignedIn,
  { name, data_jurisdiction }: OrgToMake,
): Promise<NewOrg | Refused> {
  const { effects, started_at } = scope;
  const org_id = effects.newId("org", data_jurisdiction);
  const wallet_id = effects.newId("wallet", data_jurisdiction);
  const member_id = effects.newId("member");
  const db = databaseOf(scope.env.DB);
  const key = await freshKey(scope, org_id);
  const committed = await commit(scope, {
    org_id,
    actor: { type: "user", id: user.user_id, name: user.email },
    action: "org.created",
    target: { type: "org", id: org_id },
    details: {
      after: { name, ...(data_jurisdiction === null ? {} : { data_jurisdiction }) },
      owner: member_id,
      wallet_id,
    },
    preconditions: [],
    statements: [
      statement(db.insert(orgs).values({ id: org_id, name, created_at: started_at })),
      statement(
        db.insert(wallets).values({
          id: wallet_id,
          org_id,
          name: "First wallet",
          limit_nano_usd: FIRST_LIMIT_NANO_USD,
          created_at: started_at,
        }),
      ),
      statement(
        db
          .insert(members)
          .values({ id: member_id, org_id, user_id: user.user_id, role: "owner", created_at: started_at }),
      ),
      ...key.statements,
    ],
    effects: [{ kind: "configure", wallet_id }],
  });
  // A wallet that did not answer configures itself at its first use: the org is there.
  if (isRefused(committed) && committed.refused.code !== "wallet_unavailable") return committed;
  return { org: { id: org_id, name }, wallet_id, member_id };
}
