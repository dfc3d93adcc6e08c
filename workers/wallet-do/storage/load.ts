import { nanoUsd } from "../../../schema/kernel/money.ts";
import { type WalletSettings, walletSettingsSchema } from "../../../schema/wire/wallet-settings.ts";
import {
  type Child,
  emptyState,
  type Hold,
  promisedTo,
  type State,
  type Transfer,
  type Upstream,
  type WalletPeriod,
} from "../core/state.ts";
import { countUnsent } from "./outbox-table.ts";
import { loadRates } from "./rate-tables.ts";
import {
  type ChildSqlRow,
  childOf,
  type HoldSqlRow,
  holdOf,
  type TransferSqlRow,
  transferOf,
  type UpstreamSqlRow,
  upstreamOf,
} from "./rows.ts";

type PeriodSqlRow = {
  start_at: number;
  end_at: number | null;
  opened_seq: number;
  fired_percents: string;
  exhausted_fired: number;
  extra_events: number;
  extra_event_seq: number;
};

type LastPosting = { seq: number; balance_nano_usd: number; spent_nano_usd: number; at: number; event_seq: number };

/** The wallet as it is stored. Its cost does not grow with the ledger: the last row carries the totals. */
export function load(sql: SqlStorage): State {
  const state = emptyState();
  state.settings = loadSettings(sql);
  state.period = loadPeriod(sql) ?? state.period;
  const [last] = sql.exec<LastPosting>(
    "SELECT seq, balance_nano_usd, spent_nano_usd, at, event_seq FROM ledger ORDER BY seq DESC LIMIT 1",
  );
  if (last !== undefined) {
    state.ledger_seq = last.seq;
    state.ledger_at = last.at;
    state.balance_nano_usd = nanoUsd(last.balance_nano_usd);
    state.spent_nano_usd = nanoUsd(last.spent_nano_usd);
  }
  state.event_seq = Math.max(last?.event_seq ?? 0, state.period.extra_event_seq);
  for (const row of sql.exec<HoldSqlRow>("SELECT * FROM hold")) addHold(state, holdOf(row));
  loadRates(sql, state);
  state.upstream = loadUpstream(sql);
  for (const row of sql.exec<ChildSqlRow>("SELECT * FROM child")) addChild(state, childOf(row));
  const open = sql.exec<TransferSqlRow>("SELECT * FROM transfer WHERE answer IS NULL");
  for (const row of open) addTransfer(state, transferOf(row));
  for (const { key_id } of sql.exec<{ key_id: string }>("SELECT key_id FROM revoked")) state.revoked_keys.add(key_id);
  state.outbox_pending = countUnsent(sql);
  state.sweep_at = firstStale(sql);
  return state;
}

/** When the first recorded idempotency key goes stale; Infinity without any. */
export function firstStale(sql: SqlStorage): number {
  const { first } = sql.exec<{ first: number | null }>("SELECT min(expires_at) AS first FROM idempotency").one();
  return first ?? Number.POSITIVE_INFINITY;
}

function loadSettings(sql: SqlStorage): WalletSettings | null {
  const [row] = sql.exec<{ settings: string }>("SELECT settings FROM wallet");
  return row === undefined ? null : walletSettingsSchema.parse(JSON.parse(row.settings));
}

function loadPeriod(sql: SqlStorage): WalletPeriod | null {
  const [row] = sql.exec<PeriodSqlRow>("SELECT * FROM period");
  if (row === undefined) return null;
  const fired_percents: number[] = JSON.parse(row.fired_percents);
  const { start_at, end_at, opened_seq, exhausted_fired, extra_events, extra_event_seq } = row;
  return {
    start: start_at,
    end: end_at,
    opened_seq,
    fired_percents,
    exhausted_fired: exhausted_fired === 1,
    extra_events,
    extra_event_seq,
  };
}

function loadUpstream(sql: SqlStorage): Upstream | null {
  const [row] = sql.exec<UpstreamSqlRow>("SELECT * FROM upstream");
  return row === undefined ? null : upstreamOf(row);
}

function addChild(state: State, child: Child): void {
  state.children.set(child.child_id, child);
  state.leased_out_nano_usd = nanoUsd(state.leased_out_nano_usd + promisedTo(child));
}

function addTransfer(state: State, transfer: Transfer): void {
  state.transfers.set(transfer.transfer_id, transfer);
  state.transferring_nano_usd = nanoUsd(state.transferring_nano_usd + transfer.amount_nano_usd);
}

function addHold(state: State, hold: Hold): void {
  state.holds.set(hold.request_id, hold);
  state.held_nano_usd = nanoUsd(state.held_nano_usd + hold.hold_nano_usd);
  state.deadline_bound = Math.min(state.deadline_bound, hold.deadline);
}
