import { addUsd, type NanoUsd, nanoUsd, subtractUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import type { WalletEvent } from "../../../schema/wire/events.ts";
import { walletOfShard } from "../../../schema/wire/shards.ts";
import { isSpending, type LedgerKind } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { allowance } from "./allowance.ts";
import type { Change } from "./change.ts";
import type { State, WalletPeriod } from "./state.ts";

type BaseField = "event_id" | "at" | "org_id" | "wallet_id" | "cost_center" | "team_id";
type WithoutBase<E> = E extends WalletEvent ? Omit<E, BaseField> : never;
/** An event without what every event of a wallet has. */
export type EventBody = WithoutBase<WalletEvent>;

/** Collects the changes of one decision and keeps the running figures that the next posting builds on. */
export interface Draft {
  readonly changes: Change[];
  readonly balance_nano_usd: NanoUsd;
  readonly spent_nano_usd: NanoUsd;
  add(change: Change): void;
  /** One ledger row and its event. The amount is negative for what is taken. Of an attempt, `attempt` says which. */
  post(kind: LedgerKind, amount: NanoUsd, ref: string, event: (balance: NanoUsd) => EventBody, attempt?: number): void;
  /** Replaces the period and counts its spending from 0. */
  openPeriod(start: number, end: number | null): void;
  /** Moves the period's end, when its settings changed. */
  moveEnd(end: number | null): void;
  /** The event of a wallet that has nothing left, unless this period had it. */
  exhausted(): void;
  /** The events that spending has made due, each once a period. Call it after the last posting. */
  alert(): void;
}

/**
 * Starts a draft. `settings` are those in force after the decision, `now` is the clock; ledger times never go back.
 *
 * Thresholds compare what was charged, not what is held, with the limit as it is now. Each percentage fires once in a
 * period, and raising or lowering the limit does not make it fire again; exhaustion likewise.
 */
export function draft(state: State, settings: WalletSettings, now: number): Draft {
  const changes: Change[] = [];
  const at = Math.max(now, state.ledger_at);
  let { ledger_seq, event_seq, period } = state;
  let balance = state.balance_nano_usd;
  let spent = state.spent_nano_usd;

  const nextEvent = (body: EventBody): WalletEvent => {
    event_seq += 1;
    const { org_id, cost_center, team_id } = settings;
    // Of a shard, what it did is its wallet's; numbers are its own.
    const wallet_id = walletOfShard(settings.wallet_id);
    const event_id = `${settings.wallet_id}:${event_seq}`;
    return { ...body, event_id, at, org_id, wallet_id, cost_center, team_id };
  };
  const setPeriod = (next: WalletPeriod): void => {
    period = next;
    changes.push({ kind: "period", period });
  };
  const emitExtra = (body: EventBody, fired: Partial<WalletPeriod>): void => {
    const event = nextEvent(body);
    changes.push({ kind: "event", event_seq, event });
    setPeriod({ ...period, ...fired, extra_events: period.extra_events + 1, extra_event_seq: event_seq });
  };
  const exhausted = (): void => {
    if (settings.limit_nano_usd === null || period.exhausted_fired) return;
    const limit_nano_usd = settings.limit_nano_usd;
    emitExtra(
      { type: "wallet.exhausted", limit_nano_usd, spent_nano_usd: spent, period_start: period.start },
      { exhausted_fired: true },
    );
  };

  return {
    changes,
    get balance_nano_usd() {
      return balance;
    },
    get spent_nano_usd() {
      return spent;
    },
    add: (change) => {
      changes.push(change);
    },
    post: (kind, amount, ref, body, attempt) => {
      balance = addUsd(balance, amount);
      if (isSpending(kind)) spent = subtractUsd(spent, amount);
      ledger_seq += 1;
      const event = nextEvent(body(balance));
      const of_attempt = attempt === undefined ? null : { attempt };
      const row = { seq: ledger_seq, kind, amount_nano_usd: amount, balance_nano_usd: balance, ref, ...of_attempt, at };
      const of_lease = state.upstream !== null && isSpending(kind) && amount !== 0;
      changes.push({ kind: "posting", posting: { ...row, spent_nano_usd: spent, event_seq, of_lease }, event });
    },
    openPeriod: (start, end) => {
      spent = ZERO_USD;
      setPeriod({ ...period, start, end, opened_seq: ledger_seq, fired_percents: [], exhausted_fired: false });
    },
    moveEnd: (end) => setPeriod({ ...period, end }),
    exhausted,
    alert: () => {
      for (const percent of crossed(settings, spent)) {
        if (period.fired_percents.includes(percent)) continue;
        const limit_nano_usd = settings.limit_nano_usd ?? 0;
        emitExtra(
          { type: "wallet.threshold", percent, limit_nano_usd, spent_nano_usd: spent, period_start: period.start },
          { fired_percents: [...period.fired_percents, percent] },
        );
      }
      if (allowance(settings, balance) === 0 && spent > 0) exhausted();
    },
  };
}

/** The percentages of the limit that spending has reached. A limit of 0 has none. */
function crossed(settings: WalletSettings, spent: NanoUsd): readonly number[] {
  const limit = settings.limit_nano_usd;
  if (limit === null || limit === 0) return [];
  return settings.thresholds.filter((percent) => BigInt(spent) * 100n >= BigInt(limit) * BigInt(percent));
}

/** The negative of an amount, for a posting that takes. */
export const taken = (amount: NanoUsd): NanoUsd => nanoUsd(-amount);
