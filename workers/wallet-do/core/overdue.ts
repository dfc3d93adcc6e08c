import { MAX_NANO_USD, type NanoUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import { periodAt } from "../../../schema/kernel/period.ts";
import type { RequestRecord } from "../../../schema/wire/request-record.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { type Change, NO_CHANGES } from "./change.ts";
import { draft, taken } from "./draft.ts";
import { type Ending, endOfRates } from "./rate-end.ts";
import type { Reader } from "./reader.ts";
import { finishKey } from "./settle.ts";
import { earliestDeadline, type Hold, type State } from "./state.ts";

/**
 * The next step of what time has made due, or no changes when nothing is: apply it and ask again. Holds that ended
 * before the period did are charged in it, then the period turns, then the rest: the order of a timely alarm, however
 * late this is asked.
 */
export function overdue(state: State, now: number, reader: Reader): readonly Change[] {
  const { settings, period } = state;
  if (settings === null) return NO_CHANGES;
  const turns = period.end !== null && now >= period.end;
  const until = turns && period.end !== null ? period.end - 1 : now;
  const expired = expire(state, settings, until, now, reader);
  if (expired.length > 0) return expired;
  return turns ? turn(state, settings, now) : NO_CHANGES;
}

/** Ends every hold whose deadline is `until` or earlier: charges what was committed and marks it unsettled. */
function expire(state: State, settings: WalletSettings, until: number, now: number, reader: Reader): readonly Change[] {
  if (until < state.deadline_bound) return NO_CHANGES;
  // The bound is a cache: catching up with renewals here keeps this walk rare.
  state.deadline_bound = earliestDeadline(state.holds);
  const books = draft(state, settings, now);
  const endings: Ending[] = [];
  for (const hold of state.holds.values()) {
    if (hold.deadline > until) continue;
    endings.push({ mark: hold.rate, end: { request_id: hold.request_id, tokens_used: null, unused: false } });
    books.post("expire", taken(hold.committed_nano_usd), hold.request_id, () => ({
      type: "request.completed",
      request_id: hold.request_id,
      cost_nano_usd: hold.committed_nano_usd,
      hold_nano_usd: hold.hold_nano_usd,
      unsettled: true,
      context: hold.context,
      record: expiredRecord(hold, now),
    }));
    books.add({ kind: "hold_ended", request_id: hold.request_id });
    if (hold.idempotency_key_hash !== null) {
      finishKey(books, reader.idempotency(hold.idempotency_key_hash), undefined, now);
    }
  }
  for (const change of endOfRates(state, endings, now)) books.add(change);
  if (books.changes.length > 0) books.alert();
  return books.changes;
}

/** What the log says of a request whose gateway never reported back. */
const expiredRecord = (hold: Hold, now: number): RequestRecord => ({
  outcome: "expired",
  status: 0,
  error_code: null,
  usage: {},
  usage_source: "bound",
  estimated: true,
  unpriced: [],
  price_id: hold.price_id,
  upstream_model: null,
  upstream_request_id: null,
  finish_reason: null,
  attempts: 0,
  latency_ms: Math.max(0, now - hold.created_at),
  first_byte_ms: null,
});

/**
 * Begins the period that contains `now`. Holds stay open and count against the new period, where their charges will be
 * posted too. Periods that passed without a call had no spending, so that one row covers all of them.
 */
function turn(state: State, settings: WalletSettings, now: number): readonly Change[] {
  const next = periodAt(settings.period, settings.time_zone, settings.start_day, now);
  const opening = openingBalance(state, settings, now);
  const amount = clamp(BigInt(opening) - BigInt(state.balance_nano_usd));
  const books = draft(state, settings, now);
  books.openPeriod(next.start, next.end);
  books.post("reset", amount, `period:${new Date(next.start).toISOString()}`, (balance_nano_usd) => ({
    type: "wallet.posted",
    kind: "reset",
    amount_nano_usd: amount,
    balance_nano_usd,
  }));
  return books.changes;
}

/**
 * What a new period begins with: the limit, or with carry-over the limit of every period begun since plus what is left
 * (a debt is left over too). Without a limit it is 0, which keeps the balance of a wallet that spends for ever in range.
 */
function openingBalance(state: State, settings: WalletSettings, now: number): NanoUsd {
  if (settings.limit_nano_usd === null) return nanoUsd(0);
  // What is reserved for a transfer was taken from the period before: it leaves the new one as it came.
  if (!settings.carry_over) return clamp(BigInt(settings.limit_nano_usd) + BigInt(state.transferring_nano_usd));
  const limit = BigInt(settings.limit_nano_usd);
  return clamp(BigInt(state.balance_nano_usd) + limit * BigInt(periodsBegun(state, settings, now)));
}

/** How many periods have begun since the current one ended. */
function periodsBegun(state: State, settings: WalletSettings, now: number): number {
  let begun = 0;
  let end = state.period.end;
  while (end !== null && end <= now) {
    begun += 1;
    end = periodAt(settings.period, settings.time_zone, settings.start_day, end).end;
  }
  return begun;
}

function clamp(amount: bigint): NanoUsd {
  const most = BigInt(MAX_NANO_USD);
  return nanoUsd(Number(amount > most ? most : amount < -most ? -most : amount));
}
