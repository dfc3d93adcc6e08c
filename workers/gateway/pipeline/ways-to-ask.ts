import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import type { Refused } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { ProviderAccount } from "../providers/kit/provider.ts";
import { CredentialTurns } from "../stores/credential-turns.ts";
import type { SoFar } from "./continued-request.ts";
import type { Fallback } from "./fail-over.ts";
import type { Operation } from "./operation.ts";
import type { Attempt } from "./plan.ts";

/** One per isolate. */
const turns = new CredentialTurns();

/** How long a credential that is refused, or whose account has no money, is set aside: until somebody has looked. */
const SET_ASIDE_MS = 5 * 60_000;
/** How long one that is rate limited rests where the provider does not say. */
const LIMITED_MS = 1_000;

/** Failures of the credential, and not of the model: another one may do. */
const OF_CREDENTIAL: ReadonlySet<UpstreamError["class"]> = new Set(["auth", "quota", "rate_limited"]);

export const isOfCredential = (error: UpstreamError): boolean => OF_CREDENTIAL.has(error.class);

/** How the attempt is made: with the provider's one credential, or with the one whose turn it is. */
export function wayToAsk(
  attempt: Attempt,
  org_id: string,
  scope: RequestScope,
  make: (attempt: Attempt) => Operation | Refused,
  go_on?: (attempt: Attempt, so_far: SoFar) => Operation | Refused,
): Fallback {
  const { others = [], account, name: model } = attempt;
  const continued = (turn: () => Attempt): Pick<Fallback, "continued"> =>
    go_on === undefined ? {} : { continued: (so_far) => go_on(turn(), so_far) };
  if (others.length === 0) return { model, operation: () => make(attempt), ...continued(() => attempt) };
  const accounts = [account, ...others];
  const { effects, request_id } = scope;
  const take = (used: ReadonlySet<string>): ProviderAccount | null => turns.take(org_id, accounts, used, effects.now());
  const inTurn = (): Attempt => ({ ...attempt, account: take(new Set()) ?? account });
  return {
    model,
    operation: () => make(inTurn()),
    ...continued(inTurn),
    credentials: {
      another: (used) => {
        const next = take(used);
        return next === null ? null : make({ ...attempt, account: next });
      },
      rest: (failed, error) => {
        const rest_ms = error.class === "rate_limited" ? (error.retry_after_ms ?? LIMITED_MS) : SET_ASIDE_MS;
        turns.rest(org_id, failed, effects.now() + rest_ms);
        log("warn", "credential_set_aside", {
          request_id,
          org_id,
          provider_id: failed.id,
          credential: failed.credential_name ?? null,
          class: error.class,
          status: error.status,
          rest_ms,
        });
      },
    },
  };
}
