import { type NanoUsd, subtractUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { LedgerKind, LedgerRow, RecordedAnswer } from "../../../schema/wire/wallet-rpc.ts";
import type { Transfer } from "./state.ts";

/** How a request ended, as its ledger rows tell. */
export interface Ended {
  /** Ended by its deadline and not corrected since: the one ending that a settle or release still changes. */
  readonly expired: boolean;
  readonly charged_nano_usd: NanoUsd;
}

/** One use of an idempotency key. */
export interface IdempotencyEntry {
  readonly key_hash: string;
  readonly fingerprint: string;
  readonly request_id: string;
  readonly finished: boolean;
  /** Null when none was kept. */
  readonly answer: RecordedAnswer | null;
  readonly expires_at: number;
}

/** What a decision looks up beyond the state in memory. Sees decisions that are not stored yet. */
export interface Reader {
  ended(request_id: string): Ended | null;
  /** What the attempts of a request that failed were charged, by their number. */
  attempts(request_id: string): ReadonlyMap<number, NanoUsd>;
  idempotency(key_hash: string): IdempotencyEntry | null;
  /** The key that a request was admitted with. */
  idempotencyOf(request_id: string): IdempotencyEntry | null;
  /** The row that moved money under this id. */
  moved(ref: string): LedgerRow | null;
  transfer(transfer_id: string): Transfer | null;
}

/** Folds a request's ledger rows, oldest first, to how it ended. */
export function foldEnded(previous: Ended | null, kind: LedgerKind, amount: NanoUsd): Ended | null {
  switch (kind) {
    case "limit":
    case "reset":
    case "attempt":
    case "child":
    case "top_up":
    case "adjustment":
    case "transfer_in":
    case "transfer_out":
      return previous;
    case "charge":
    case "overage":
    case "release":
    case "expire":
    case "correction":
      return {
        expired: kind === "expire",
        charged_nano_usd: subtractUsd(previous?.charged_nano_usd ?? ZERO_USD, amount),
      };
    default:
      return unreachable(kind);
  }
}
