import { isRateLimited, type RateEnd, type RateRefusal, type TokenWants } from "../../../schema/wire/rate-limits.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { type Change, type Decision, NO_CHANGES } from "./change.ts";
import { judgePass, type Ticket } from "./rate-admit.ts";
import { type Ending, endOfRates } from "./rate-end.ts";
import type { State } from "./state.ts";

/** This wallet as one above others: which of their requests it lets, and how it learns of their end. */

export interface PassRequest extends TokenWants {
  readonly child_id: string;
  readonly request_id: string;
}

export type PassVerdict = { readonly status: "let"; readonly tokens: Readonly<Record<string, number>> } | RateRefusal;

/** Lets a request of a wallet below, or names the limit in the way. One that was let before is let again, for nothing. */
export function decidePass(
  state: State,
  settings: WalletSettings,
  request: PassRequest,
  now: number,
  ticket: Ticket,
): Decision<PassVerdict> {
  if (state.rates.passes.has(request.request_id)) return { answer: { status: "let", tokens: {} }, changes: NO_CHANGES };
  const verdict = judgePass(state, settings, request, now, ticket);
  if (verdict.refusal !== null) return { answer: verdict.refusal, changes: verdict.changes };
  const { mark, changes } = verdict;
  // Nothing here or above has a limit any more: the wallet below does not know it yet.
  if (mark === null) return { answer: { status: "let", tokens: {} }, changes: NO_CHANGES };
  const { request_id, child_id } = request;
  return {
    answer: { status: "let", tokens: mark.tokens },
    changes: [...changes, { kind: "pass", pass: { request_id, child_id, mark } }],
  };
}

/** Ends requests of wallets below. One that is not known has ended before. */
export function decideEnd(state: State, ends: readonly RateEnd[], now: number): readonly Change[] {
  const known = ends.flatMap((end): (Ending & { readonly request_id: string })[] => {
    const pass = state.rates.passes.get(end.request_id);
    return pass === undefined ? [] : [{ mark: pass.mark, end, request_id: end.request_id }];
  });
  return [
    ...endOfRates(state, known, now),
    ...known.map(({ request_id }): Change => ({ kind: "pass_ended", request_id })),
  ];
}

/** Which wallet is the nearest with limits, as those below see it. */
const nearestFrom = (state: State, settings: WalletSettings): string | null =>
  isRateLimited(settings.rate_limits) ? settings.wallet_id : (state.rates.tree.above?.nearest ?? null);

/** What wallets below are to be told, with a new epoch when it has changed. */
export function decideBelow(state: State): readonly Change[] {
  const { settings, rates } = state;
  if (settings === null) return NO_CHANGES;
  const { below } = rates.tree;
  const nearest = nearestFrom(state, settings);
  if (nearest === below.nearest) return NO_CHANGES;
  return [{ kind: "rate_tree", tree: { ...rates.tree, below: { ...below, nearest, epoch: below.epoch + 1 } } }];
}

/** What the wallet above has told. Late news changes nothing. */
export function decideAbove(state: State, nearest: string | null, epoch: number): readonly Change[] {
  const { tree } = state.rates;
  if (tree.above !== null && tree.above.epoch >= epoch) return NO_CHANGES;
  return [{ kind: "rate_tree", tree: { ...tree, above: { nearest, epoch } } }];
}

/** All wallets below have taken what they were told at that epoch. */
export function decideTakenBelow(state: State, epoch: number): readonly Change[] {
  const { tree } = state.rates;
  if (tree.below.taken_epoch >= epoch) return NO_CHANGES;
  return [{ kind: "rate_tree", tree: { ...tree, below: { ...tree.below, taken_epoch: epoch } } }];
}
