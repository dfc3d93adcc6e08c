import { log } from "../../../schema/kernel/log.ts";
import { maxUsd, minUsd, type NanoUsd } from "../../../schema/kernel/money.ts";
import type { WalletClient } from "../wallet/wallet-client.ts";
import { type Estimate, FIRST_STRETCH_TOKENS } from "./estimate.ts";

/**
 * Keeps one open hold ahead of what is delivered. Two marks, in output tokens: `committed` is what the wallet charges if
 * we die now, so nothing is delivered beyond it; `held` is what the wallet has reserved. Both move by one RPC, made early
 * so that a stream seldom waits for it, and in growing strides, so that a long answer needs few.
 */
export class HoldKeeper {
  readonly #wallet: WalletClient;
  readonly #request_id: string;
  readonly #estimate: Estimate;
  #hold_nano_usd: NanoUsd;
  #held_tokens: number;
  #committed_nano_usd: NanoUsd;
  #committed_tokens: number;
  #refused = false;
  #moving: Promise<void> | null = null;

  constructor(wallet: WalletClient, request_id: string, estimate: Estimate, stream: boolean) {
    this.#wallet = wallet;
    this.#request_id = request_id;
    this.#estimate = estimate;
    this.#hold_nano_usd = estimate.hold_nano_usd;
    this.#held_tokens = estimate.held_output_tokens;
    this.#committed_nano_usd = estimate.committed_nano_usd;
    this.#committed_tokens = stream ? Math.min(estimate.held_output_tokens, FIRST_STRETCH_TOKENS) : 0;
  }

  get hold_nano_usd(): NanoUsd {
    return this.#hold_nano_usd;
  }

  /** Output tokens that are paid for if the wallet gives no more. */
  get held_tokens(): number {
    return this.#held_tokens;
  }

  /**
   * Whether output up to `tokens` may be delivered: true at once when it is covered, else after the wallet answered.
   * False means that the wallet covers no more than `held_tokens`.
   */
  cover(tokens: number): true | Promise<boolean> {
    const wanted = this.#reachable(tokens);
    // The next stride begins when half of the stretch ahead is used up.
    if (wanted + this.#stride(wanted) / 2 > this.#committed_tokens && this.#canMove()) this.#startMove(wanted);
    if (wanted <= this.#committed_tokens) return true;
    return this.#wait(wanted);
  }

  /** Renews the hold's deadline and nothing else. Failures are for the next beat to mend. */
  async heartbeat(): Promise<void> {
    await this.#wallet
      .call((wallet) =>
        wallet.checkpoint({ request_id: this.#request_id, committed_nano_usd: this.#committed_nano_usd }),
      )
      .catch(() => undefined);
  }

  /** With a bounded output there is never more to pay than the hold, whatever the bytes say. */
  #reachable(tokens: number): number {
    return this.#estimate.mode === "bounded" ? Math.min(tokens, this.#held_tokens) : tokens;
  }

  #stride(tokens: number): number {
    return Math.max(FIRST_STRETCH_TOKENS, Math.ceil(tokens / 2));
  }

  #canMove(): boolean {
    if (this.#moving !== null) return false;
    return this.#committed_tokens < this.#held_tokens || (this.#estimate.mode === "growing" && !this.#refused);
  }

  async #wait(wanted: number): Promise<boolean> {
    while (wanted > this.#committed_tokens) {
      if (this.#moving === null) {
        if (!this.#canMove()) return false;
        this.#startMove(wanted);
      }
      await this.#moving;
    }
    return true;
  }

  #startMove(wanted: number): void {
    this.#moving = this.#move(wanted).finally(() => {
      this.#moving = null;
    });
  }

  async #move(wanted: number): Promise<void> {
    const target = Math.min(wanted + this.#stride(wanted), this.#estimate.output_tokens_max);
    if (target > this.#held_tokens && this.#estimate.mode === "growing" && !this.#refused) {
      // First what leaves room for the next stride too, then only what is needed now: the last dollars count.
      const roomy = Math.min(target * 2, this.#estimate.output_tokens_max);
      if (!(await this.#extend(roomy, target)) && !(await this.#extend(target, target))) this.#refused = true;
    }
    await this.#commit(Math.min(target, this.#held_tokens));
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

  /**
   * Tells the wallet what counts as spent. When it stays unanswered the mark moves all the same: the hold covers the
   * money, and to stop a paid answer because a bookmark could not be set would serve nobody.
   */
  async #commit(tokens: number): Promise<void> {
    if (tokens <= this.#committed_tokens) return;
    const committed_nano_usd = minUsd(this.#estimate.costWith(tokens), this.#hold_nano_usd);
    const answer = await this.#wallet
      .call((wallet) => wallet.checkpoint({ request_id: this.#request_id, committed_nano_usd }))
      .catch(() => ({ status: "unavailable" as const }));
    if (answer.status !== "renewed") {
      log("warn", "checkpoint_lost", { request_id: this.#request_id, status: answer.status });
    }
    this.#committed_nano_usd = maxUsd(this.#committed_nano_usd, committed_nano_usd);
    this.#committed_tokens = Math.max(this.#committed_tokens, tokens);
  }
}
