import { LIMITS } from "../../../schema/kernel/limits.ts";
import { type NanoUsd, nanoUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import type { AdmitAnswer, AdmitRequest } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { allowance, available, fits, maximumHold } from "./allowance.ts";
import { type Change, type Decision, NO_CHANGES } from "./change.ts";
import { draft } from "./draft.ts";
import type { Reader } from "./reader.ts";
import { earliestDeadline, type Hold, type State } from "./state.ts";
import { admitProblem } from "./validate.ts";

/**
 * With less than this left (a millionth of a dollar: a few tokens of the cheapest model) a wallet counts as exhausted
 * rather than as too small for the request: nothing smaller would fit either.
 */
const SMALLEST_SENSIBLE_NANO_USD = 1_000;
/** Nobody is told to come back sooner than this. */
const RETRY_AFTER_MS_MIN = 1_000;

/**
 * Holds money for a request, or says why not. Refusals come before any change, in this order: invalid, not configured,
 * key revoked, frozen, request id seen before (held or ended), idempotency key used before, maximum per request, too
 * many holds, money.
 */
export function decideAdmit(state: State, request: AdmitRequest, now: number, reader: Reader): Decision<AdmitAnswer> {
  const problem = admitProblem(request);
  if (problem !== null) return refuse({ status: "invalid", problem });
  const { settings } = state;
  if (settings === null) return refuse({ status: "not_configured" });
  if (state.revoked_keys.has(request.context.key_id)) return refuse({ status: "key_revoked" });
  if (settings.frozen) return refuse({ status: "frozen" });
  const repeated = repeatedAnswer(state, settings, request, reader) ?? duplicateAnswer(request, now, reader);
  if (repeated !== null) return refuse(repeated);
  const maximum_nano_usd = maximumHold(settings, state.balance_nano_usd, state.spent_nano_usd, state.held_nano_usd);
  if (request.hold_nano_usd > maximum_nano_usd) return refuse({ status: "exceeds_maximum", maximum_nano_usd });
  if (state.holds.size >= LIMITS.open_holds) {
    return refuse({ status: "too_many_holds", retry_after_ms: retryAfter(state, now) });
  }
  if (!fits(settings, state.balance_nano_usd, state.held_nano_usd, request.hold_nano_usd)) {
    return refuseMoney(state, settings, request.hold_nano_usd, now);
  }
  return hold(state, settings, request, now);
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
  const available_nano_usd = available(settings, state.balance_nano_usd, state.held_nano_usd);
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

/**
 * Which of the three it is. `held_by_others`: it would fit if the other holds ended without a charge. `exhausted`: next
 * to nothing would be left even then. `exceeds_wallet`: something is left, but this request alone is larger than it.
 */
function refuseMoney(state: State, settings: WalletSettings, wanted: NanoUsd, now: number): Decision<AdmitAnswer> {
  const free_nano_usd = allowance(settings, state.balance_nano_usd) ?? ZERO_USD;
  const common = {
    available_nano_usd: available(settings, state.balance_nano_usd, state.held_nano_usd) ?? ZERO_USD,
    free_nano_usd,
    resets_at: state.period.end,
    retry_after_ms: null,
  };
  if (wanted <= free_nano_usd) {
    return refuse({ ...common, status: "held_by_others", retry_after_ms: retryAfter(state, now) });
  }
  if (free_nano_usd >= SMALLEST_SENSIBLE_NANO_USD) return refuse({ ...common, status: "exceeds_wallet" });
  const alert = draft(state, settings, now);
  alert.exhausted();
  return { answer: { ...common, status: "exhausted" }, changes: alert.changes };
}

const retryAfter = (state: State, now: number): number =>
  Math.max(RETRY_AFTER_MS_MIN, earliestDeadline(state.holds) - now);

function hold(state: State, settings: WalletSettings, request: AdmitRequest, now: number): Decision<AdmitAnswer> {
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
    idempotency_key_hash: request.idempotency?.key_hash ?? null,
  };
  const changes: Change[] = [{ kind: "hold", hold: made }];
  if (request.idempotency !== undefined) {
    const { key_hash, fingerprint } = request.idempotency;
    const expires_at = now + LIMITS.idempotent_answer_ttl_ms;
    const entry = { key_hash, fingerprint, request_id: made.request_id, finished: false, answer: null, expires_at };
    changes.push({ kind: "idempotency", entry });
  }
  const held = nanoUsd(state.held_nano_usd + made.hold_nano_usd);
  const available_nano_usd = available(settings, state.balance_nano_usd, held);
  return { answer: { status: "held", available_nano_usd, deadline: made.deadline }, changes };
}
