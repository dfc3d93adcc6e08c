import { LIMITS } from "../../../schema/kernel/limits.ts";
import { nanoUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import type { AdmitAnswer, AdmitRequest } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { available, isEnded, promised } from "./allowance.ts";
import { type Change, type Decision, NO_CHANGES } from "./change.ts";
import { ALONE, judgeAdmit, type RateVerdict, type Ticket } from "./rate-admit.ts";
import type { Reader } from "./reader.ts";
import { gapOf, isCovered, refuseMoney, retryAfter, standingRefusal } from "./refuse-money.ts";
import type { Hold, State } from "./state.ts";
import { admitProblem } from "./validate.ts";

/** Short of money that others may give up: the caller sees to it, and asks again. */
export interface Short {
  readonly status: "short";
}

/**
 * Holds money for a request, or says why not. Refusals come before any change, in this order: invalid, not configured,
 * key revoked, frozen, ended, request id seen before (held or ended), idempotency key used before, maximum per request,
 * too many holds, rate limits, money. Money is refused only when nobody else could give some up; otherwise the answer is
 * `short`. What is refused takes nothing: neither of another limit nor of the money.
 */
export function decideAdmit(
  state: State,
  request: AdmitRequest,
  now: number,
  reader: Reader,
  ticket: Ticket = ALONE,
): Decision<AdmitAnswer | Short> {
  const problem = admitProblem(request);
  if (problem !== null) return refuse({ status: "invalid", problem });
  const { settings } = state;
  if (settings === null) return refuse({ status: "not_configured" });
  if (state.revoked_keys.has(request.context.key_id)) return refuse({ status: "key_revoked" });
  if (settings.frozen) return refuse({ status: "frozen", wallet_id: settings.wallet_id });
  if (isEnded(settings, now)) return refuse({ status: "ended", wallet_id: settings.wallet_id });
  const repeated = repeatedAnswer(state, settings, request, reader) ?? duplicateAnswer(request, now, reader);
  if (repeated !== null) return refuse(repeated);
  const standing = standingRefusal(state, settings, request.hold_nano_usd, now);
  if (standing !== null) return refuse(standing);
  if (state.holds.size >= LIMITS.open_holds) {
    return refuse({ status: "too_many_holds", retry_after_ms: retryAfter(state, now) });
  }
  const rates = judgeAdmit(state, settings, request, now, ticket);
  if (rates.refusal !== null) return { answer: rates.refusal, changes: rates.changes };
  const gap = gapOf(state, settings, request.hold_nano_usd);
  if (!isCovered(gap)) {
    if (gap.lease_nano_usd > 0 || state.leased_out_nano_usd > 0)
      return { answer: { status: "short" }, changes: NO_CHANGES };
    return refuseMoney(state, settings, request.hold_nano_usd, ZERO_USD, now);
  }
  return hold(state, settings, request, now, rates);
}

const refuse = (answer: AdmitAnswer): Decision<AdmitAnswer> => ({ answer, changes: NO_CHANGES });

/** The answer to a request id that was seen before, or null. */
function repeatedAnswer(
  state: State,
  settings: WalletSettings,
  request: AdmitRequest,
  reader: Reader,
): AdmitAnswer | null {
  const open = state.holds.get(request.request_id);
  if (open === undefined) return reader.ended(request.request_id) === null ? null : { status: "already_ended" };
  if (open.admitted_nano_usd !== request.hold_nano_usd) {
    return { status: "invalid", problem: "this request id is held already, with another amount" };
  }
  const available_nano_usd = available(settings, state.balance_nano_usd, promised(state));
  return { status: "already_held", available_nano_usd, deadline: open.deadline };
}

/** The answer to an idempotency key that another request has used, or null. */
function duplicateAnswer(request: AdmitRequest, now: number, reader: Reader): AdmitAnswer | null {
  if (request.idempotency === undefined) return null;
  const entry = reader.idempotency(request.idempotency.key_hash);
  if (entry === null || entry.expires_at <= now) return null;
  if (entry.fingerprint !== request.idempotency.fingerprint) return { status: "duplicate_mismatch" };
  const { request_id, answer } = entry;
  return entry.finished
    ? { status: "duplicate_finished", request_id, answer }
    : { status: "duplicate_in_flight", request_id };
}

type Let = Extract<RateVerdict, { readonly refusal: null }>;

function hold(
  state: State,
  settings: WalletSettings,
  request: AdmitRequest,
  now: number,
  rates: Let,
): Decision<AdmitAnswer> {
  const made: Hold = {
    request_id: request.request_id,
    admitted_nano_usd: request.hold_nano_usd,
    hold_nano_usd: request.hold_nano_usd,
    committed_nano_usd: request.committed_nano_usd,
    ttl_ms: request.ttl_ms,
    created_at: now,
    deadline: now + request.ttl_ms,
    price_id: request.price_id,
    context: request.context,
    attempts_nano_usd: ZERO_USD,
    attempts_tokens: 0,
    idempotency_key_hash: request.idempotency?.key_hash ?? null,
    rate: rates.mark,
  };
  const changes: Change[] = [...rates.changes, { kind: "hold", hold: made }];
  if (request.idempotency !== undefined) {
    const { key_hash, fingerprint } = request.idempotency;
    const expires_at = now + LIMITS.idempotent_answer_ttl_ms;
    const entry = { key_hash, fingerprint, request_id: made.request_id, finished: false, answer: null, expires_at };
    changes.push({ kind: "idempotency", entry });
  }
  const after = nanoUsd(promised(state) + made.hold_nano_usd);
  const available_nano_usd = available(settings, state.balance_nano_usd, after);
  return { answer: { status: "held", available_nano_usd, deadline: made.deadline }, changes };
}
