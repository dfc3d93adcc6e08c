import type { Refused } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import type { NanoUsd } from "../../../schema/kernel/money.ts";
import type { RoutingRecord } from "../../../schema/routing/routing-record.ts";
import type { KeyLimits } from "../../../schema/wire/rate-limits.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { TextsSetting } from "../stores/org-snapshot.ts";
import type { RetryPolicy } from "./attempt-turns.ts";
import type { CacheCall } from "./cache/cache-call.ts";
import type { Fallback } from "./fail-over.ts";
import type { Operation } from "./operation.ts";

/** An operation that is planned and not yet admitted, whoever asks for it. */
export interface OperationCall {
  readonly scope: RequestScope;
  /** The route that it is logged under. */
  readonly route: string;
  readonly payer: Payer;
  /** Labels and switches: `x-ao-…`, `idempotency-key`, `traceparent`. */
  readonly headers: Headers;
  /** Fires when whoever waits for the answer has gone. */
  readonly caller: AbortSignal;
  /** What the operation was parsed from: a repeat of an idempotency key is told by it. */
  readonly body: JsonObject;
  readonly operation: Operation;
  /** How the operation's own model is asked again, where its provider has several credentials. */
  readonly again?: Fallback;
  /** The same asked of others, in the order in which they are tried where this one fails. Made when they are needed. */
  readonly fallbacks?: readonly Fallback[];
  /** How failures that pass are tried again; absent, as in a test of a provider, is not at all. */
  readonly retry?: RetryPolicy;
  /** How it may be answered from the cache; absent is not at all. */
  readonly cache?: CacheCall;
  /** How its texts are stored; absent, as in a test of a provider, is not at all. */
  readonly texts?: TextsSetting;
  /** Why it goes to its model; null where nothing was chosen, as in a test of a provider. */
  readonly routing: RoutingRecord | null;
}

/** Who pays: the wallet, and who it is that spends from it. */
export interface Payer {
  readonly org_id: string;
  readonly wallet_id: string;
  /** A gateway key, or the user who acts. */
  readonly key_id: string;
  /** Rate limits of the key; a user has none. */
  readonly limits?: KeyLimits;
  /** How many objects share the requests of the wallet; its own alone when absent. */
  readonly shards?: number;
}

/** What came of it. A failure of the provider is a refusal too, with the headers that say whose it was. */
export type Outcome =
  /** `cost_nano_usd` is null where there is none yet (a stream) or none at all (a dry run, a repeated answer). */
  { readonly response: Response; readonly cost_nano_usd: NanoUsd | null } | OperationRefusal;

export interface OperationRefusal extends Refused {
  readonly headers?: Readonly<Record<string, string>>;
}
