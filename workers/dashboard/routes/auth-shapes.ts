import * as z from "zod";
import { type Refusal, refuse } from "../../../schema/kernel/errors.ts";
import type { SignedIn } from "../access/actor.ts";
import { refused } from "../http/respond.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { logStoreFailure } from "../identity/store-failure.ts";

/** What the routes of identity have in common. */

export const userSchema = z.object({ id: z.string(), email: z.string(), name: z.string() });

export const userOf = ({ user_id, email, name }: SignedIn): z.infer<typeof userSchema> => ({
  id: user_id,
  email,
  name,
});

export const EXAMPLE_USER = { id: "usr_01", email: "ada@example.com", name: "Ada Lovelace" } as const;

/** 503: it is not known who somebody is, which is not the same as nobody. */
export const IDENTITY_STORE_DOWN: Refusal = refuse("store_unavailable", {
  message: "The store of identities does not answer. Try again.",
  retry_after_ms: 1_000,
}).refused;

/** What `answer` answers, or the 503 above when the store fails under it. */
export async function orStoreDown(
  scope: ConsoleScope,
  doing: string,
  answer: () => Promise<Response>,
): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    logStoreFailure(doing, scope.request_id, error);
    return refused(scope, IDENTITY_STORE_DOWN);
  }
}
