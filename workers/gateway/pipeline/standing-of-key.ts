import { walletClient } from "../../../schema/clients/wallet-client.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { spendingId } from "../../../schema/wire/shards.ts";
import type { WalletState } from "../../../schema/wire/wallet-rpc.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { type Authentication, authenticate, refuseRevoked } from "./authenticate.ts";
import type { Payer } from "./operation-call.ts";

/**
 * Who calls, for what places no hold: as `authenticate`, and then as the key's wallet has it, so that a key that was
 * revoked a moment ago is refused here too. What an isolate remembers of a key may be some seconds old.
 */
export async function authenticateNow(
  headers: Headers,
  scope: RequestScope,
  needed: "inference" | "admin",
): Promise<Authentication> {
  const identity = await authenticate(headers, scope, needed);
  if (isRefused(identity)) return identity;
  const { key } = identity;
  const standing = await standingOfKey(key, scope);
  return isRefused(standing) ? { ...standing, whose: key } : identity;
}

/**
 * The wallet of a key, or 401 when it knows that the key was revoked; 503 when it does not answer, since nobody knows
 * then. One call: of any of its objects, for all of them are told before a revocation is answered, or of the one given,
 * whose state is wanted.
 */
export async function standingOfKey(
  { key_id, wallet_id, shards = 1 }: Payer,
  scope: RequestScope,
  object_id = spendingId(wallet_id, shards, scope.request_id),
): Promise<{ readonly state: WalletState } | Refused> {
  try {
    const answer = await walletClient(scope.env, scope.effects, object_id).call((wallet) => wallet.stateFor(key_id));
    if (answer.status === "known") return { state: answer.state };
    if (answer.status === "key_revoked") return refuseRevoked();
    log("error", "key_standing_unknown", { request_id: scope.request_id, wallet_id, reason: answer.status });
  } catch (error) {
    log("error", "key_standing_unknown", { request_id: scope.request_id, wallet_id, reason: String(error) });
  }
  const message = "The wallet of this key does not answer, so nobody knows whether the key is still good. Try again.";
  return refuse("wallet_unavailable", { message, retry_after_ms: 1_000 });
}
