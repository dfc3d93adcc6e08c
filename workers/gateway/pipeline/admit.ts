import type { WalletClient } from "../../../schema/clients/wallet-client.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatUsd, type NanoUsd } from "../../../schema/kernel/money.ts";
import { formatTimeOrNull } from "../../../schema/kernel/time.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { KeyLimits } from "../../../schema/wire/rate-limits.ts";
import type { RequestContext } from "../../../schema/wire/request-record.ts";
import { walletOfShard } from "../../../schema/wire/shards.ts";
import type { TokenizerRpc } from "../../../schema/wire/tokenizer-rpc.ts";
import type { AdmitAnswer, AdmitRequest, RatedAdmitAnswer, RecordedAnswer } from "../../../schema/wire/wallet-rpc.ts";
import { rateHeaders } from "../http/rate-headers.ts";
import { refuseRevoked } from "./authenticate.ts";
import type { Estimate } from "./estimate.ts";
import type { Operation } from "./operation.ts";
import { refuseRate } from "./refuse-rate.ts";

/** `rate_headers` are for the answer, whatever it will be. */
export type Admission = Admitted & { readonly rate_headers: Readonly<Record<string, string>> };

type Admitted =
  | { readonly admitted: { readonly estimate: Estimate; readonly available_nano_usd: NanoUsd | null } }
  /** The idempotency key's first request has finished: its answer again. */
  | { readonly repeated: RecordedAnswer }
  | Refused;

export interface AdmitInput {
  readonly operation: Operation;
  readonly estimate: Estimate;
  readonly request_id: string;
  readonly ttl_ms: number;
  readonly context: RequestContext;
  readonly idempotency: AdmitRequest["idempotency"] | null;
  readonly key_limits: KeyLimits | null;
}

type MoneyRefusal = Extract<AdmitAnswer, { status: "exhausted" | "held_by_others" | "exceeds_wallet" }>;

/** Of an answer, at least so many tokens are worth the call when the wallet is what bounds it. */
const LEAST_IMPOSED_TOKENS = 16;
/** A counted prompt is held with this on top, because providers count a chat's framing a little differently. */
const COUNT_MARGIN = 1.1;
const COUNT_MARGIN_TOKENS = 16;

/**
 * Places the hold. The warm case is one RPC. Only when the safe bound does not fit is the prompt counted exactly, and
 * only when that does not fit either is a whole answer without a bound of the caller's bounded by what the wallet has
 * left: a refusal means that the request really does not fit. The same for a limit on tokens. A count is no bound of what
 * has no known size, such as a file by its id: there the safe bound stands.
 */
export async function admit(wallet: WalletClient, tokenizer: TokenizerRpc, input: AdmitInput): Promise<Admission> {
  const { estimate, operation } = input;
  const first = await place(wallet, input, estimate);
  if (!isMoneyRefusal(first) && !isTokenRefusal(first)) return concluded(first, estimate);
  const counted = estimate.input_unknown ? null : await operation.countPrompt(tokenizer);
  const input_tokens = Math.min(
    estimate.input_tokens_bound,
    counted === null ? estimate.input_tokens_bound : Math.ceil(counted * COUNT_MARGIN) + COUNT_MARGIN_TOKENS,
  );
  const exact = operation.estimate({ input_tokens });
  const asks_less = isMoneyRefusal(first)
    ? exact.hold_nano_usd < estimate.hold_nano_usd
    : exact.tokens.tokens_estimate < estimate.tokens.tokens_estimate;
  const second = asks_less ? await place(wallet, input, exact) : first;
  if (!isMoneyRefusal(second)) return concluded(second, exact);
  const imposed = imposedBound(operation, exact, second.available_nano_usd);
  if (imposed === null) return concluded(second, exact);
  const bounded = operation.estimate({ input_tokens, imposed_max_tokens: imposed });
  return concluded(await place(wallet, input, bounded), bounded);
}

/** Gives back a hold whose placing was not answered, so that a late arrival of it is refused. */
export async function abandon(wallet: WalletClient, input: AdmitInput): Promise<void> {
  await wallet
    .call((object) =>
      object.release({
        request_id: input.request_id,
        context: input.context,
        record: {
          outcome: "upstream_error",
          status: 503,
          error_code: "wallet_unavailable",
          usage: {},
          usage_source: "bound",
          estimated: false,
          unpriced: [],
          price_id: input.operation.attempt.price.price_id,
          upstream_model: null,
          upstream_request_id: null,
          finish_reason: null,
          attempts: 0,
          latency_ms: 0,
          first_byte_ms: null,
        },
      }),
    )
    .catch((error: unknown) => {
      log("error", "hold_not_abandoned", { request_id: input.request_id, reason: String(error) });
    });
}

function place(wallet: WalletClient, input: AdmitInput, estimate: Estimate): Promise<RatedAdmitAnswer> {
  const request: AdmitRequest = {
    request_id: input.request_id,
    hold_nano_usd: estimate.hold_nano_usd,
    committed_nano_usd: estimate.committed_nano_usd,
    ttl_ms: input.ttl_ms,
    context: input.context,
    price_id: input.operation.attempt.price.price_id,
    tokens: estimate.tokens,
    ...(input.key_limits === null ? {} : { key_limits: input.key_limits }),
    ...(input.idempotency === null || input.idempotency === undefined ? {} : { idempotency: input.idempotency }),
  };
  return wallet.call((object) => object.admit(request));
}

const isMoneyRefusal = (answer: AdmitAnswer): answer is MoneyRefusal =>
  answer.status === "exhausted" || answer.status === "held_by_others" || answer.status === "exceeds_wallet";

const isTokenRefusal = (answer: AdmitAnswer): boolean => answer.status === "rate_limited" && answer.limit === "tokens";

const concluded = (answer: RatedAdmitAnswer, estimate: Estimate): Admission => ({
  ...outcome(answer, estimate),
  rate_headers: rateHeaders(answer.rate),
});

/** The bound per choice that the wallet's rest affords, when the caller gave none and the answer is not a growing one. */
function imposedBound(
  { bounded_by_caller }: Operation,
  estimate: Estimate,
  available_nano_usd: NanoUsd,
): number | null {
  if (bounded_by_caller) return null;
  const affordable = estimate.affordable(available_nano_usd);
  const per_choice = affordable === null ? 0 : Math.floor(affordable / estimate.choices);
  return per_choice < LEAST_IMPOSED_TOKENS ? null : per_choice;
}

function outcome(answer: AdmitAnswer, estimate: Estimate): Admitted {
  switch (answer.status) {
    case "held":
    case "already_held":
      return { admitted: { estimate, available_nano_usd: answer.available_nano_usd } };
    case "exhausted":
      return refuse("wallet_exhausted", {
        message: exhaustedMessage(answer.resets_at),
        details: { ...leftDetails(answer), required_usd: formatUsd(estimate.hold_nano_usd) },
      });
    case "held_by_others":
      return refuse("wallet_held", {
        retry_after_ms: answer.retry_after_ms ?? 1_000,
        details: { ...leftDetails(answer), required_usd: formatUsd(estimate.hold_nano_usd) },
      });
    case "exceeds_wallet": {
      const tokens = affordablePerChoice(estimate, answer.available_nano_usd);
      return refuse("request_exceeds_wallet", {
        message: `This request could cost ${formatUsd(estimate.hold_nano_usd)} USD, and the wallet has ${formatUsd(answer.available_nano_usd)} USD left. ${tokens === 0 ? "Shorten the prompt or choose a cheaper model." : `Send max_tokens of at most ${tokens}.`}`,
        details: {
          ...leftDetails(answer),
          required_usd: formatUsd(estimate.hold_nano_usd),
          max_affordable_tokens: tokens,
        },
      });
    }
    case "exceeds_maximum": {
      const tokens = affordablePerChoice(estimate, answer.maximum_nano_usd);
      return refuse("request_exceeds_maximum", {
        details: {
          wallet_id: walletOfShard(answer.wallet_id),
          maximum_per_request_usd: formatUsd(answer.maximum_nano_usd),
          required_usd: formatUsd(estimate.hold_nano_usd),
          max_affordable_tokens: tokens,
        },
      });
    }
    case "frozen":
      return refuse("wallet_frozen", { details: { wallet_id: walletOfShard(answer.wallet_id) } });
    case "ended":
      return refuse("wallet_ended", { details: { wallet_id: walletOfShard(answer.wallet_id) } });
    case "key_revoked":
      return refuseRevoked();
    case "rate_limited":
      return refuseRate(answer);
    case "too_many_holds":
      return refuse("rate_limited", {
        message: "Too many requests of this wallet are in flight. Try again when some have finished.",
        retry_after_ms: answer.retry_after_ms,
      });
    case "duplicate_in_flight":
      return refuse("idempotency_in_flight", { retry_after_ms: 1_000 });
    case "duplicate_mismatch":
      return refuse("idempotency_mismatch", { param: "idempotency-key" });
    case "duplicate_finished":
      return answer.answer === null ? refuse("idempotency_answer_gone") : { repeated: answer.answer };
    case "already_ended":
    case "not_configured":
    case "invalid":
      log("error", "admit_failed", { status: answer.status, problem: "problem" in answer ? answer.problem : null });
      return refuse("wallet_unavailable");
    default:
      return unreachable(answer);
  }
}

const leftDetails = (answer: MoneyRefusal) => ({
  wallet_id: walletOfShard(answer.wallet_id),
  available_usd: formatUsd(answer.available_nano_usd),
  resets_at: formatTimeOrNull(answer.resets_at),
});

const exhaustedMessage = (resets_at: number | null): string =>
  resets_at === null
    ? "The wallet is empty and does not reset by itself. Ask its administrator for more."
    : `The wallet is empty. It resets at ${formatTimeOrNull(resets_at)}; ask its administrator for more before then.`;

const affordablePerChoice = (estimate: Estimate, amount: NanoUsd): number =>
  Math.max(0, Math.floor((estimate.affordable(amount) ?? 0) / estimate.choices));
