import { MAX_NANO_USD, type NanoUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import { periodAt } from "../../../schema/kernel/period.ts";
import { assert } from "../../../schema/kernel/unreachable.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { type Change, NO_CHANGES } from "./change.ts";
import { draft } from "./draft.ts";
import { newUpstream } from "./lease-child.ts";
import type { State } from "./state.ts";

/**
 * Takes over newer settings; the same version or an older one changes nothing, but for
 * what `bookingOf` says. A changed limit moves the balance by the
 * difference at once. A changed kind of period, zone or start day moves the end of the running period to the next
 * boundary of the new kind; its start and its spending stay, so that no change of settings hands out money twice.
 */
export function decideConfigure(state: State, settings: WalletSettings, now: number): readonly Change[] {
  const old = state.settings;
  assert(old === null || old.wallet_id === settings.wallet_id, "settings of another wallet");
  if (old !== null && old.version >= settings.version) return bookingOf(old, settings);
  const books = draft(state, settings, now);
  books.add({ kind: "settings", settings });
  // Once below a wallet, always below that one: what is leased, held and told is between the two.
  if (settings.parent_id !== null && state.upstream === null) {
    books.add({ kind: "upstream", upstream: newUpstream(settings.parent_id) });
  }
  const { start, end } = periodAt(
    settings.period,
    settings.time_zone,
    settings.start_day,
    Math.max(now, state.period.start),
  );
  // A period that never turns has no boundary behind it either: it begins with the wallet.
  if (old === null) books.openPeriod(end === null ? now : start, end);
  else if (end !== state.period.end && periodChanged(old, settings)) books.moveEnd(end);

  const amount = limitChange(state, old, settings);
  if (amount !== null) {
    books.post("limit", amount, `settings:${settings.version}`, (balance_nano_usd) => ({
      type: "wallet.posted",
      kind: "limit",
      amount_nano_usd: amount,
      balance_nano_usd,
    }));
  }
  books.alert();
  return books.changes;
}

/**
 * What settings of the same version say of where a wallet is booked, when it does not know: an object of an older version
 * took them over without.
 */
function bookingOf(old: WalletSettings, { version, cost_center, team_id }: WalletSettings): readonly Change[] {
  const unknown = old.cost_center === null && old.team_id === null && (cost_center !== null || team_id !== null);
  return old.version === version && unknown
    ? [{ kind: "settings", settings: { ...old, cost_center, team_id } }]
    : NO_CHANGES;
}

const periodChanged = (old: WalletSettings, settings: WalletSettings): boolean =>
  old.period !== settings.period || old.time_zone !== settings.time_zone || old.start_day !== settings.start_day;

/**
 * What a new limit adds to the balance, null when nothing is to be posted. Between two limits it is their difference, so
 * that what was carried over stays. To and from "no limit" the balance becomes the limit (0 without one) less what this
 * period has spent.
 */
function limitChange(state: State, old: WalletSettings | null, settings: WalletSettings): NanoUsd | null {
  const before = old?.limit_nano_usd ?? null;
  const after = settings.limit_nano_usd;
  if (before === after) return null;
  const balance =
    before === null || after === null ? (after ?? 0) - state.spent_nano_usd : state.balance_nano_usd + (after - before);
  return clamp(clamp(balance) - state.balance_nano_usd);
}

const clamp = (amount: number): NanoUsd => nanoUsd(Math.max(-MAX_NANO_USD, Math.min(MAX_NANO_USD, amount)));
