import { LIMITS } from "../../../schema/kernel/limits.ts";
import { maxUsd, minUsd, type NanoUsd, nanoUsd, subtractUsd } from "../../../schema/kernel/money.ts";
import type {
  CheckpointAnswer,
  CheckpointRequest,
  ExtendAnswer,
  ExtendRequest,
} from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import type { Short } from "./admit.ts";
import { isEnded, maximumHold, promised } from "./allowance.ts";
import { type Decision, NO_CHANGES } from "./change.ts";
import { gapOf, isCovered } from "./refuse-money.ts";
import type { Hold, State } from "./state.ts";
import { isAmount } from "./validate.ts";

/** Renews a hold's deadline and takes over what counts as spent. A figure that is no amount is ignored. */
export function decideCheckpoint(state: State, request: CheckpointRequest, now: number): Decision<CheckpointAnswer> {
  const open = state.holds.get(request.request_id);
  if (open === undefined) return { answer: { status: "unknown" }, changes: NO_CHANGES };
  const hold = renewed(open, open.hold_nano_usd, request.committed_nano_usd, now);
  return { answer: { status: "renewed", deadline: hold.deadline }, changes: [{ kind: "hold_renewed", hold }] };
}

/**
 * Makes a hold as large as the total asked for; one that is as large already is renewed. Refused when the figures are no
 * amounts, when it does not fit the wallet or its maximum, and when wallet or key have been stopped since the admit: an
 * extension takes new money. A refusal changes nothing, not even the deadline.
 */
export function decideExtend(state: State, request: ExtendRequest, now: number): Decision<ExtendAnswer | Short> {
  const open = state.holds.get(request.request_id);
  const { settings } = state;
  if (open === undefined || settings === null) return { answer: { status: "unknown" }, changes: NO_CHANGES };
  const refused: Decision<ExtendAnswer> = {
    answer: { status: "refused", hold_nano_usd: open.hold_nano_usd },
    changes: NO_CHANGES,
  };
  if (!isAmount(request.hold_nano_usd)) return refused;
  const more = nanoUsd(Math.max(0, request.hold_nano_usd - open.hold_nano_usd));
  if (more > 0) {
    if (!mayGrow(state, settings, open, request.hold_nano_usd, now)) return refused;
    const gap = gapOf(state, settings, more);
    if (!isCovered(gap)) {
      const others = gap.lease_nano_usd > 0 || state.leased_out_nano_usd > 0;
      return others ? { answer: { status: "short" }, changes: NO_CHANGES } : refused;
    }
  }
  const hold = renewed(open, maxUsd(open.hold_nano_usd, request.hold_nano_usd), request.committed_nano_usd, now);
  const answer: ExtendAnswer = { status: "held", hold_nano_usd: hold.hold_nano_usd, deadline: hold.deadline };
  return { answer, changes: [{ kind: "hold_renewed", hold }] };
}

/** Whether the wallet and the key still may, and no bound but money is in the way. */
function mayGrow(state: State, settings: WalletSettings, open: Hold, wanted: NanoUsd, now: number): boolean {
  if (settings.frozen || isEnded(settings, now) || state.revoked_keys.has(open.context.key_id)) return false;
  const others = subtractUsd(promised(state), open.hold_nano_usd);
  // What its attempts were charged is spent of what one request may cost.
  const { attempts_nano_usd } = open;
  const { maximum_per_request_nano_usd: maximum } = settings;
  if (maximum !== null && wanted + attempts_nano_usd > maximum) return false;
  return wanted <= maximumHold(settings, state.balance_nano_usd, state.spent_nano_usd, others);
}

/** Neither the committed figure nor the deadline ever goes back, also when the clock does. */
function renewed(open: Hold, hold_nano_usd: NanoUsd, committed: NanoUsd, now: number): Hold {
  const committed_nano_usd = isAmount(committed)
    ? minUsd(hold_nano_usd, maxUsd(open.committed_nano_usd, committed))
    : open.committed_nano_usd;
  const latest = open.created_at + LIMITS.hold_lifetime_ms;
  const deadline = Math.max(open.deadline, Math.min(latest, now + open.ttl_ms));
  return { ...open, hold_nano_usd, committed_nano_usd, deadline };
}
