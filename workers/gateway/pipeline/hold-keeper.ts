import type { WalletClient } from "../../../schema/clients/wallet-client.ts";
import { log } from "../../../schema/kernel/log.ts";
import { maxUsd, minUsd, type NanoUsd } from "../../../schema/kernel/money.ts";
import { type Estimate, FIRST_STRETCH_TOKENS } from "./estimate.ts";

/** The output so far, as the keeper needs it. */
export interface OutputBound {
  /** Never fewer than the output tokens seen. */
  readonly tokens_bound: number;
  /** Whether the bound stays a loose one for good, because some of it could not be counted. */
  readonly approximate: boolean;
  /** Makes the bound exact: bytes that stood for tokens are counted. */
  recount(): Promise<void>;
}

/** Why no more may be delivered. */
export type CutReason = "wallet_exhausted" | "output_bound_exceeded";

/** When so few tokens are left to pay for, another count is not worth its wait. */
const LEAST_REST_TOKENS = 16;
/** A wallet that does not have so little more is empty, as far as a stream is concerned. */
const LEAST_GROWTH_TOKENS = 64;
/** What an answer may exceed its own bound by before it is cut: providers frame and count a little differently. */
const BOUND_SLACK = 1.05;

/**
 * Keeps one open hold ahead of what is delivered. Two marks, in output tokens: `committed` is what the wallet charges if
 * we die now, so nothing is delivered beyond it; `held` is what the wallet has reserved. They move by one RPC, made early
 * so that a stream seldom waits for it, and in growing strides, so that a long answer needs few.
 */
export class HoldKeeper {
  readonly #wallet: WalletClient;
  readonly #request_id: string;
  readonly #estimate: Estimate;
  readonly #output: OutputBound;
  #hold_nano_usd: NanoUsd;
  #held_tokens: number;
  #committed_nano_usd: NanoUsd;
  #committed_tokens: number;
  /** The wallet gave no more when asked: it is not asked again for this answer. */
  #refused = false;
  /** With a bounded output, the bound from bytes up to which the answer is known to keep its own bound. */
  #verified_tokens: number;
  #moving: Promise<void> | null = null;
  #cut_reason: CutReason = "wallet_exhausted";

  constructor(
    wallet: WalletClient,
    request_id: string,
    estimate: Estimate,
    output: OutputBound & { readonly stream: boolean },
  ) {
    this.#wallet = wallet;
    this.#request_id = request_id;
    this.#estimate = estimate;
    this.#output = output;
    this.#hold_nano_usd = estimate.hold_nano_usd;
    this.#held_tokens = estimate.held_output_tokens;
    this.#committed_nano_usd = estimate.committed_nano_usd;
    this.#committed_tokens = output.stream ? Math.min(estimate.held_output_tokens, FIRST_STRETCH_TOKENS) : 0;
    this.#verified_tokens = estimate.held_output_tokens;
  }

  /** Output tokens that are paid for if the wallet gives no more. */
  get held_tokens(): number {
    return this.#held_tokens;
  }

  get cut_reason(): CutReason {
    return this.#cut_reason;
  }

  /**
   * Whether all output seen so far may be delivered: true at once when it is covered, else after the wallet answered.
   * False means that it may not; `cut_reason` says why.
   */
  cover(): true | Promise<boolean> {
    const bound = this.#output.tokens_bound;
    // The next stride begins when half of the stretch ahead is used up.
    if (this.#moving === null && bound + stride(bound) / 2 > this.#committed_tokens && this.#can_move)
      this.#startMove();
    return bound <= this.#free_tokens ? true : this.#reach();
  }

  /** Waits for the marks that are being moved: afterwards the hold may be passed on, and nothing of this keeper comes behind. */
  async rest(): Promise<void> {
    await this.#moving;
  }

  /** Renews the hold's deadline and nothing else. Failures are for the next beat to mend. */
  async heartbeat(): Promise<void> {
    await this.#checkpoint(this.#committed_nano_usd);
  }

  /** Up to here nobody needs to be asked. A bounded answer whose hold is committed whole is only watched. */
  get #free_tokens(): number {
    const whole = this.#estimate.mode === "bounded" && this.#committed_tokens >= this.#held_tokens;
    return whole ? Math.max(this.#committed_tokens, this.#verified_tokens) : this.#committed_tokens;
  }

  get #grows(): boolean {
    return this.#estimate.mode === "growing" && !this.#refused;
  }

  get #can_move(): boolean {
    return this.#committed_tokens < this.#held_tokens || this.#grows;
  }

  #startMove(): void {
    this.#moving = this.#move().finally(() => {
      this.#moving = null;
    });
  }

  async #reach(): Promise<boolean> {
    while (this.#output.tokens_bound > this.#committed_tokens) {
      if (this.#moving === null) {
        if (!this.#can_move) return await this.#withinHold();
        this.#startMove();
      }
      await this.#moving;
    }
    return true;
  }

  /**
   * Beyond the last mark. Bytes are a loose bound of tokens, so the output is counted: a wallet that gives no more still
   * pays up to its hold, and an answer that was told its bound only exceeds it when its provider ignores it.
   */
  async #withinHold(): Promise<boolean> {
    if (this.#estimate.mode === "bounded") {
      if (this.#output.tokens_bound <= this.#verified_tokens) return true;
      await this.#output.recount();
      const counted = this.#output.tokens_bound;
      // What nobody could count is trusted: bytes are several times the tokens, and the provider was told the bound.
      if (!this.#output.approximate && counted > this.#held_tokens * BOUND_SLACK + LEAST_REST_TOKENS) {
        this.#cut_reason = "output_bound_exceeded";
        return false;
      }
      this.#verified_tokens = counted + stride(this.#held_tokens);
      return true;
    }
    await this.#output.recount();
    return this.#output.tokens_bound + LEAST_REST_TOKENS <= this.#held_tokens;
  }

  /** One stride. Afterwards the output seen is committed, or the wallet has refused, or the hold is used up. */
  async #move(): Promise<void> {
    if (this.#grows && this.#target > this.#held_tokens) await this.#output.recount();
    const target = this.#target;
    if (this.#grows && target > this.#held_tokens && !(await this.#grow())) this.#refused = true;
    await this.#commit(Math.min(target, this.#held_tokens));
  }

  /** First what leaves room for the next stride too, then half as much more and so on: the last dollars count. */
  async #grow(): Promise<boolean> {
    const bound = this.#output.tokens_bound;
    const wanted = bound + 2 * stride(bound);
    for (let more = wanted - this.#held_tokens; more >= LEAST_GROWTH_TOKENS; more = Math.floor(more / 2)) {
      const hold_tokens = this.#held_tokens + more;
      if (await this.#extend(hold_tokens, Math.min(hold_tokens, bound + stride(bound)))) return true;
    }
    return false;
  }

  get #target(): number {
    const bound = this.#output.tokens_bound;
    return bound + stride(bound);
  }

  async #extend(hold_tokens: number, committed_tokens: number): Promise<boolean> {
    const hold_nano_usd = this.#estimate.costWith(hold_tokens);
    const committed_nano_usd = minUsd(this.#estimate.costWith(committed_tokens), hold_nano_usd);
    const answer = await this.#wallet
      .call((wallet) => wallet.extend({ request_id: this.#request_id, hold_nano_usd, committed_nano_usd }))
      .catch(() => ({ status: "unavailable" as const }));
    if (answer.status !== "held") {
      if (answer.status !== "refused") {
        log("warn", "hold_not_extended", { request_id: this.#request_id, status: answer.status });
      }
      return false;
    }
    this.#hold_nano_usd = maxUsd(this.#hold_nano_usd, hold_nano_usd);
    this.#held_tokens = Math.max(this.#held_tokens, hold_tokens);
    this.#committed_nano_usd = maxUsd(this.#committed_nano_usd, committed_nano_usd);
    this.#committed_tokens = Math.max(this.#committed_tokens, committed_tokens);
    return true;
  }

  async #commit(tokens: number): Promise<void> {
    if (tokens <= this.#committed_tokens) return;
    const committed_nano_usd = minUsd(this.#estimate.costWith(tokens), this.#hold_nano_usd);
    await this.#checkpoint(committed_nano_usd);
    this.#committed_nano_usd = maxUsd(this.#committed_nano_usd, committed_nano_usd);
    this.#committed_tokens = Math.max(this.#committed_tokens, tokens);
  }

  /**
   * Tells the wallet what counts as spent. When it stays unanswered the mark moves all the same: the hold covers the
   * money, and to stop a paid answer because a bookmark could not be set would serve nobody.
   */
  async #checkpoint(committed_nano_usd: NanoUsd): Promise<void> {
    const answer = await this.#wallet
      .call((wallet) => wallet.checkpoint({ request_id: this.#request_id, committed_nano_usd }))
      .catch(() => ({ status: "unavailable" as const }));
    if (answer.status !== "renewed") {
      log("warn", "checkpoint_lost", { request_id: this.#request_id, status: answer.status });
    }
  }
}

/** How far ahead of the output the marks are set. */
const stride = (tokens: number): number => Math.max(FIRST_STRETCH_TOKENS, Math.ceil(tokens / 2));
