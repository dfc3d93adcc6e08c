import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import { inputTokens, outputTokens, type Usage, type UsageSource } from "../../../schema/canonical/usage.ts";
import type { WalletClient } from "../../../schema/clients/wallet-client.ts";
import { log } from "../../../schema/kernel/log.ts";
import { type NanoUsd, nanoUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import { costOf } from "../../../schema/pricing/cost.ts";
import type { Price } from "../../../schema/pricing/price.ts";
import { priceOfTier } from "../../../schema/pricing/service-tier.ts";
import type { RequestContext, RequestOutcome, RequestRecord } from "../../../schema/wire/request-record.ts";
import type { RecordedAnswer } from "../../../schema/wire/wallet-rpc.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { AnswerMeter } from "./answer-meter.ts";
import { withoutCredentials } from "./call-provider.ts";
import { countPendingOutput } from "./count-tokens.ts";
import type { Estimate } from "./estimate.ts";
import { HoldKeeper } from "./hold-keeper.ts";
import type { Operation } from "./operation.ts";
import { learnOutputTokens } from "./output-history.ts";
import type { Attempt } from "./plan.ts";
import { reportLive } from "./report-live.ts";

/** How an exchange ended, as the log and the ledger tell it. */
export interface Ending {
  readonly outcome: RequestOutcome;
  /** HTTP status that the caller saw. */
  readonly status: number;
  readonly error_code: string | null;
}

/** What an ended exchange costs and why. */
export interface Bill {
  readonly usage: Usage;
  readonly source: UsageSource;
  readonly cost_nano_usd: NanoUsd;
  readonly unpriced: readonly string[];
  /** The price that it was made with. */
  readonly price_id: string;
}

/**
 * One admitted request with its open hold: it meters the answer, keeps the hold alive and ahead, and ends it exactly
 * once. Every way out of the relay comes through `settle` or `release`.
 */
export class Exchange {
  readonly scope: RequestScope;
  readonly operation: Operation;
  readonly attempt: Attempt;
  readonly estimate: Estimate;
  readonly context: RequestContext;
  readonly meter = new AnswerMeter();
  readonly hold: HoldKeeper;
  /** What the wallet had left beside this hold when it was placed; null without a limit. */
  readonly available_nano_usd: NanoUsd | null;
  /** What is left of the caller's rate limits, for the answer. */
  readonly rate_headers: Readonly<Record<string, string>>;
  readonly attempts: number;
  first_byte_at: number | null = null;
  /** When the provider was called; null until then. */
  called_at: number | null = null;
  /** Why the call brought no answer. */
  call_error: UpstreamError | null = null;
  readonly #wallet: WalletClient;
  #ended = false;

  constructor(parts: {
    readonly scope: RequestScope;
    readonly operation: Operation;
    readonly estimate: Estimate;
    readonly context: RequestContext;
    readonly wallet: WalletClient;
    readonly available_nano_usd: NanoUsd | null;
    readonly rate_headers: Readonly<Record<string, string>>;
    /** Calls of providers with this one: those before it failed, and nothing is owed for them. */
    readonly attempts?: number;
  }) {
    this.scope = parts.scope;
    this.operation = parts.operation;
    this.attempt = parts.operation.attempt;
    this.estimate = parts.estimate;
    this.context = parts.context;
    this.available_nano_usd = parts.available_nano_usd;
    this.rate_headers = parts.rate_headers;
    this.#wallet = parts.wallet;
    this.attempts = parts.attempts ?? 1;
    const { meter } = this;
    this.hold = new HoldKeeper(parts.wallet, parts.scope.request_id, parts.estimate, {
      stream: parts.operation.streamed,
      get tokens_bound() {
        return meter.tokens_bound;
      },
      get approximate() {
        return meter.approximate;
      },
      recount: () => this.countPending(),
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The failure that the provider stated inside its answer, fit to be shown: providers quote keys there too. */
  get failure(): UpstreamError | null {
    const { error } = this.meter;
    if (error === null) return null;
    return { ...error, message: withoutCredentials(error.message, this.attempt.account.credential) };
  }

  /** Counts the output text that waits, so that the meter's bound is exact. */
  countPending(): Promise<void> {
    return countPendingOutput(this.scope.env.TOKENIZER, this.meter, this.attempt.model);
  }

  /**
   * What is owed by now: the provider's usage where it is believable, else our count of what was delivered. The count
   * asks the tokenizer; a prompt that it cannot count is billed at its bound, never at nothing.
   */
  async bill(): Promise<Bill> {
    const final = this.billNow();
    if (final !== null) return final;
    const reported = this.meter.usage;
    if (reported !== null) {
      // A report from before the end (some providers give the prompt's first): the output is at least what we saw.
      await this.countPending();
      const missing = this.meter.tokens_bound - outputTokens(reported);
      const output = (reported.output ?? 0) + Math.max(0, missing);
      if (inputTokens(reported) === 0 && !this.meter.ended) {
        // Pieces alone were told by now: the tokens beside them are ours to count.
        const prompt = await this.operation.countPrompt(this.scope.env.TOKENIZER);
        const input = prompt ?? this.estimate.input_tokens_bound;
        return this.#price(
          { ...reported, input, output },
          prompt === null || this.meter.approximate ? "bound" : "counted",
        );
      }
      if (missing <= 0) return this.#price(reported, "provider");
      return this.#price({ ...reported, output }, "counted");
    }
    const { unreported_usage } = this.operation;
    if (unreported_usage !== undefined) return this.#price(unreported_usage, "bound");
    const [prompt] = await Promise.all([this.operation.countPrompt(this.scope.env.TOKENIZER), this.countPending()]);
    return this.#price(
      { input: prompt ?? this.estimate.input_tokens_bound, output: this.meter.tokens_bound },
      prompt === null || this.meter.approximate ? "bound" : "counted",
    );
  }

  /**
   * The bill of an answer that was cut at what the wallet covers: at most what was held, since nothing beyond that was
   * delivered.
   */
  async billCut(): Promise<Bill> {
    const { usage, source } = await this.bill();
    const output = Math.min(usage.output ?? 0, this.hold.held_tokens);
    return this.#price({ ...usage, output }, source);
  }

  /** The bill at once, for the end of a stream whose provider reported its usage; null when it must be counted. */
  billNow(): Bill | null {
    const { usage, ended, finish_reason, output_bytes } = this.meter;
    if (usage === null || !(ended || finish_reason !== null)) return null;
    // An answer that has text and no output tokens was not counted by its provider.
    return outputTokens(usage) === 0 && output_bytes > 0 ? null : this.#price(usage, "provider");
  }

  #price(usage: Usage, source: UsageSource): Bill {
    const price = this.#priceServed();
    // A fee per call is part of the usage, so that the log row alone explains the price.
    const billed = price.rates.call === undefined ? usage : { ...usage, call: 1 };
    const { cost_nano_usd, unpriced } = costOf(billed, price);
    return { usage: billed, source, cost_nano_usd, unpriced, price_id: price.price_id };
  }

  /**
   * The pinned price, in the tier that really served the request: a dearer one that was asked for may not have been to be
   * had. A tier that the price does not know is billed as the one that was asked for.
   */
  #priceServed(): Price {
    const { price, list_price = price } = this.attempt;
    return this.meter.service_tier === null ? price : (priceOfTier(list_price, this.meter.service_tier) ?? price);
  }

  /** Ends the hold with its bill. Repeated calls do nothing. */
  async settle(ending: Ending, bill: Bill, answer?: RecordedAnswer): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const record = this.#record(ending, bill);
    reportLive(this, ending);
    learnOutputTokens(this.attempt.name, outputTokens(bill.usage));
    this.#log(ending, bill);
    await this.#end(() =>
      this.#wallet.end((wallet) =>
        wallet.settle({
          request_id: this.scope.request_id,
          cost_nano_usd: bill.cost_nano_usd,
          record,
          context: this.context,
          ...(answer === undefined ? {} : { answer }),
        }),
      ),
    );
  }

  /** Ends the hold without a charge: nothing that costs was done. */
  async release(ending: Ending): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    reportLive(this, ending);
    const { price_id } = this.attempt.price;
    const bill: Bill = { usage: {}, source: "provider", cost_nano_usd: ZERO_USD, unpriced: [], price_id };
    this.#log(ending, bill);
    await this.#end(() =>
      this.#wallet.end((wallet) =>
        wallet.release({
          request_id: this.scope.request_id,
          record: this.#record(ending, bill),
          context: this.context,
        }),
      ),
    );
  }

  /** An unanswered end is left to the hold's deadline, which charges what was committed. */
  async #end(run: () => Promise<{ readonly status: string }>): Promise<void> {
    const answer = await run().catch((error: unknown) => ({ status: `unavailable: ${String(error)}` }));
    if (!EXPECTED_ENDS.has(answer.status)) {
      log("error", "hold_not_ended", { request_id: this.scope.request_id, reason: answer.status });
    }
  }

  #record(ending: Ending, bill: Bill): RequestRecord {
    const { started_at, effects } = this.scope;
    return {
      ...ending,
      usage: bill.usage,
      usage_source: bill.source,
      estimated: bill.source !== "provider",
      unpriced: [...bill.unpriced],
      price_id: bill.price_id,
      upstream_model: this.meter.upstream_model,
      upstream_request_id: this.meter.upstream_id,
      finish_reason: this.meter.finish_reason,
      attempts: this.attempts,
      latency_ms: Math.max(0, effects.now() - started_at),
      first_byte_ms: this.first_byte_at === null ? null : Math.max(0, this.first_byte_at - started_at),
    };
  }

  #log(ending: Ending, bill: Bill): void {
    const went_well = ending.outcome === "completed";
    if (went_well && this.scope.config.AO_LOG_LEVEL !== "debug") return;
    log(went_well ? "debug" : ending.status >= 500 ? "warn" : "info", "request", {
      request_id: this.scope.request_id,
      org_id: this.context.org_id,
      key_id: this.context.key_id,
      route: this.context.route,
      model: this.attempt.name,
      outcome: ending.outcome,
      status: ending.status,
      code: ending.error_code,
      cost_nano_usd: bill.cost_nano_usd,
      input_tokens: inputTokens(bill.usage),
      output_tokens: outputTokens(bill.usage),
      usage_source: bill.source,
      usage_invalid: this.meter.usage_invalid,
      unpriced: bill.unpriced.length > 0,
      latency_ms: this.scope.effects.now() - this.scope.started_at,
    });
  }

  /** What the wallet has left once this exchange is settled, as far as we know; null without a limit. */
  availableAfter(bill: Bill): NanoUsd | null {
    if (this.available_nano_usd === null) return null;
    return nanoUsd(Math.max(0, this.available_nano_usd + this.estimate.hold_nano_usd - bill.cost_nano_usd));
  }
}

const EXPECTED_ENDS: ReadonlySet<string> = new Set([
  "settled",
  "released",
  "already_ended",
  "corrected",
  "unknown_hold",
]);
