import { assert } from "../../../schema/kernel/unreachable.ts";
import type { KeyedState, WalletState } from "../../../schema/wire/wallet-rpc.ts";
import { available, overdraftUsed, promised } from "./allowance.ts";
import type { State } from "./state.ts";

/** The wallet as others see it; null before it was configured. */
export function describe(state: State): WalletState | null {
  const { settings, balance_nano_usd, held_nano_usd, period } = state;
  if (settings === null) return null;
  return {
    settings,
    balance_nano_usd,
    spent_nano_usd: state.spent_nano_usd,
    held_nano_usd,
    leased_nano_usd: state.leased_out_nano_usd,
    transferring_nano_usd: state.transferring_nano_usd,
    available_nano_usd: available(settings, balance_nano_usd, promised(state)),
    overdraft_used_nano_usd: overdraftUsed(settings, balance_nano_usd),
    period_start: period.start,
    resets_at: period.end,
    open_holds: state.holds.size,
    outbox_pending: state.outbox_pending,
  };
}

/** The wallet as it is shown to whoever presents that key. A key is known to be revoked also before there are settings. */
export function describeFor(state: State, key_id: string): KeyedState {
  assert(typeof key_id === "string" && key_id !== "", "a key id");
  if (state.revoked_keys.has(key_id)) return { status: "key_revoked" };
  const described = describe(state);
  return described === null ? { status: "not_configured" } : { status: "known", state: described };
}
