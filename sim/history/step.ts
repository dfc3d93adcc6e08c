import type { WalletSettings } from "../../schema/wire/wallet-settings.ts";
import type { MoneyStep } from "./money-steps.ts";

/** One move of a running request, so long after the one before. */
export interface Move {
  readonly after_ms: number;
  readonly op: "extend" | "checkpoint";
  readonly hold_nano_usd: number;
  readonly committed_nano_usd: number;
}

/** An attempt of a running request that failed and may be billed, and what the next one may cost. */
export interface FailedAttempt {
  readonly after_ms: number;
  readonly op: "attempt";
  readonly cost_nano_usd: number;
  readonly hold_nano_usd: number;
  readonly committed_nano_usd: number;
}

/** How a gateway leaves a request: with its cost, without one, or not at all. */
export type Ending = "settle" | "release" | "die_after_admit" | "die_midway" | "die_before_the_end";

export interface RequestStep {
  readonly kind: "request";
  readonly id: string;
  readonly wallet: string;
  readonly key_id: string;
  readonly hold_nano_usd: number;
  readonly committed_nano_usd: number;
  readonly ttl_ms: number;
  readonly idempotency: { readonly key_hash: string; readonly fingerprint: string } | null;
  readonly moves: readonly (Move | FailedAttempt)[];
  /** After a refusal: nothing, or exactly what the wallet says it has, or one nano-dollar more. */
  readonly refused: "gives_up" | "takes_the_rest" | "takes_one_more";
  readonly ending: Ending;
  readonly ends_after_ms: number;
  readonly cost_nano_usd: number;
}

/** An RPC by itself: the repeat of an earlier one, or one that breaks the contract. */
export interface RpcStep {
  readonly kind: "rpc";
  readonly wallet: string;
  readonly request: RequestStep;
  readonly method: "admit" | "extend" | "checkpoint" | "settle" | "release" | "chargeAttempt";
  /** Which one is charged, or settled. */
  readonly attempt: number;
  /** In place of the amount of the request. May be what no amount is. */
  readonly amount: number;
}

export type FaultStep =
  | { readonly kind: "evict"; readonly wallet: string }
  | { readonly kind: "clock"; readonly wallet: string; readonly offset_ms: number }
  | { readonly kind: "unreachable"; readonly wallet: string; readonly for_ms: number }
  | { readonly kind: "queue_down"; readonly for_ms: number }
  | { readonly kind: "database_down"; readonly for_ms: number };

export type WorldStep =
  | RequestStep
  | RpcStep
  | FaultStep
  | MoneyStep
  | { readonly kind: "configure"; readonly wallet: string; readonly change: Partial<WalletSettings> }
  | { readonly kind: "revoke"; readonly wallet: string; readonly key_id: string }
  | { readonly kind: "audit"; readonly wallet: string }
  /** What the cron worker does each minute. */
  | { readonly kind: "sweep" };

/** A step says all about itself, so that any of the others can be left out. */
export type Step = WorldStep & {
  /** Virtual time since the beginning. */
  readonly at_ms: number;
};
