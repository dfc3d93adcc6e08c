import type { Part, UpstreamError } from "../../../schema/canonical/parts.ts";
import { inputTokens, outputTokens, type Usage, type UsageSource } from "../../../schema/canonical/usage.ts";
import type { WalletClient } from "../../../schema/clients/wallet-client.ts";
import { log } from "../../../schema/kernel/log.ts";
import { addUsd, type NanoUsd, nanoUsd, percentOf, subtractUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import { costOf } from "../../../schema/pricing/cost.ts";
import type { Price } from "../../../schema/pricing/price.ts";
import { priceOfTier } from "../../../schema/pricing/service-tier.ts";
import type { RequestContext, RequestOutcome, RequestRecord } from "../../../schema/wire/request-record.ts";
import type { ChargeAttemptAnswer, NextAttempt, RecordedAnswer } from "../../../schema/wire/wallet-rpc.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { AnswerMeter } from "./answer-meter.ts";
import type { ResponseCache } from "./cache/response-cache.ts";
import { withoutCredentials } from "./call-provider.ts";
import { countPendingOutput } from "./count-tokens.ts";
import type { Estimate } from "./estimate.ts";
import { HoldKeeper } from "./hold-keeper.ts";
import type { Operation } from "./operation.ts";
import { learnOutputTokens } from "./output-history.ts";
import type { Attempt } from "./plan.ts";
import { reportLive } from "./report-live.ts";
import type { TextRecorder } from "./texts/text-recorder.ts";
import { traceEnd } from "./trace-attempt.ts";

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
  /** Of the span of this attempt; empty without a trace. */
  readonly span_id: string;
  /** What attempts before this one were charged. */
  readonly charged_nano_usd: NanoUsd;
  /** Null where no setting of the org asks for it. */
  readonly cache: ResponseCache | null;
  /** Null where no texts are stored. */
  readonly texts: TextRecorder | null;
  first_byte_at: number | null = null;
  /** When the caller had the first byte, where it came of an attempt before this one. */
  answered_at: number | null = null;
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
    /** Calls of providers with this one: those before it failed, and what is owed for them is charged. */
    readonly attempts?: number;
    readonly charged_nano_usd?: NanoUsd;
    readonly cache?: ResponseCache | null;
    readonly texts?: TextRecorder | null;
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
    this.span_id = parts.scope.trace?.newSpanId() ?? "";
    this.charged_nano_usd = parts.charged_nano_usd ?? ZERO_USD;
    this.cache = parts.cache ?? null;
    this.texts = parts.texts ?? null;
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

  /** Takes in parts of the answer as they come. */
  observe(parts: readonly Part[]): void {
    this.meter.observe(parts);
    this.cache?.observe(parts);
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

  /**
   * The bill of an answer that was given before, with the usage of then: a share of what it would cost now, and what that
   * saves.
   */
  billHit(usage: Usage, percent: number): { readonly bill: Bill; readonly saved_nano_usd: NanoUsd } {
    const full = this.#price(usage, "cache");
    const cost_nano_usd = percentOf(full.cost_nano_usd, percent);
    return { bill: { ...full, cost_nano_usd }, saved_nano_usd: subtractUsd(full.cost_nano_usd, cost_nano_usd) };
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
    traceEnd(this, ending, bill);
    await this.#end(ending, () =>
      this.#wallet.end((wallet) =>
        wallet.settle({
          request_id: this.scope.request_id,
          cost_nano_usd: bill.cost_nano_usd,
          attempt: this.attempts,
          record,
          context: this.context,
          ...(answer === undefined ? {} : { answer }),
        }),
      ),
    );
    this.texts?.keep(ending.outcome);
    if (ending.outcome !== "completed" || this.cache === null) return;
    const { usage, cost_nano_usd } = bill;
    const { upstream_model } = this.meter;
    const { request_id } = this.scope;
    const facts = { usage, upstream_model, cost_nano_usd, took_ms: record.latency_ms, request_id };
    this.scope.waitUntil(this.cache.keep(facts));
  }

  /**
   * Charges this attempt by itself and passes the hold on to the next one. `unavailable`: it may be charged or not, which
   * a settlement of this attempt finds out.
   */
  async charge(
    ending: Ending,
    bill: Bill,
    next: NextAttempt,
  ): Promise<ChargeAttemptAnswer | { readonly status: "unavailable" }> {
    const { request_id } = this.scope;
    const record = this.#record(ending, bill);
    const { cost_nano_usd } = bill;
    const request = { request_id, attempt: this.attempts, cost_nano_usd, record, context: this.context, next };
    return await this.#wallet
      .call((wallet) => wallet.chargeAttempt(request))
      .catch((error: unknown) => {
        log("warn", "attempt_not_charged", { request_id, reason: String(error) });
        return { status: "unavailable" as const };
      });
  }

  /** Ends the hold without a charge: nothing that costs was done. */
  async release(ending: Ending): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    reportLive(this, ending);
    const { price_id } = this.attempt.price;
    const bill: Bill = { usage: {}, source: "provider", cost_nano_usd: ZERO_USD, unpriced: [], price_id };
    this.#log(ending, bill);
    traceEnd(this, ending, bill);
    await this.#end(ending, () =>
      this.#wallet.end((wallet) =>
        wallet.release({
          request_id: this.scope.request_id,
          record: this.#record(ending, bill),
          context: this.context,
        }),
      ),
    );
    this.texts?.keep(ending.outcome);
  }

  /** An unanswered end is left to the hold's deadline, which charges what was committed. */
  async #end(ending: Ending, run: () => Promise<{ readonly status: string }>): Promise<void> {
    const { trace } = this.scope;
    const answered = () => run().catch((error: unknown) => ({ status: `unavailable: ${String(error)}` }));
    const answer = await (trace == null ? answered() : trace.step("settle", answered, unexpected));
    trace?.end(ending.status, ending.error_code);
    if (!EXPECTED_ENDS.has(answer.status)) {
      log("error", "hold_not_ended", { request_id: this.scope.request_id, reason: answer.status });
    }
  }

  #record(ending: Ending, bill: Bill): RequestRecord {
    const { started_at, effects } = this.scope;
    const first_byte_at = this.answered_at ?? this.first_byte_at;
    return {
      ...ending,
      usage: bill.usage,
      usage_source: bill.source,
      estimated: bill.source !== "provider" && bill.source !== "cache",
      unpriced: [...bill.unpriced],
      price_id: bill.price_id,
      upstream_model: this.meter.upstream_model,
      upstream_request_id: this.meter.upstream_id,
      finish_reason: this.meter.finish_reason,
      // Calls of providers, of which a hit makes none.
      attempts: bill.source === "cache" ? 0 : this.attempts,
      latency_ms: Math.max(0, effects.now() - started_at),
      first_byte_ms: first_byte_at === null ? null : Math.max(0, first_byte_at - started_at),
      ...(this.called_at === null ? {} : { called_ms: Math.max(0, this.called_at - started_at) }),
      ...(this.cache === null ? {} : { cache: this.cache.record }),
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

  /** What the request has cost in all, once it is settled with this bill. */
  costOf({ cost_nano_usd }: Pick<Bill, "cost_nano_usd">): NanoUsd {
    return addUsd(this.charged_nano_usd, cost_nano_usd);
  }

  /** What the wallet has left once this exchange is settled, as far as we know; null without a limit. */
  availableAfter(bill: Bill): NanoUsd | null {
    if (this.available_nano_usd === null) return null;
    return nanoUsd(Math.max(0, this.available_nano_usd + this.estimate.hold_nano_usd - bill.cost_nano_usd));
  }
}

const unexpected = ({ status }: { readonly status: string }) => ({
  error: EXPECTED_ENDS.has(status) ? null : "hold_not_ended",
});

const EXPECTED_ENDS: ReadonlySet<string> = new Set([
  "settled",
  "released",
  "already_ended",
  "corrected",
  "unknown_hold",
]);
