import type { NanoUsd } from "../../../../schema/kernel/money.ts";
import type { CheckpointRequest, ExtendRequest } from "../../../../schema/wire/wallet-rpc.ts";
import type { Estimate } from "../../../../workers/gateway/pipeline/estimate.ts";
import { type CutReason, HoldKeeper } from "../../../../workers/gateway/pipeline/hold-keeper.ts";
import { usd, walletOf } from "../fixtures.ts";

/** What becomes of one call: answered, lost on the way there, or done with its answer lost. */
export type Fate = "answered" | "lost" | "answer_lost";

/** One open hold in a wallet that can hold so much for it at most. Checks what its contract demands of the caller. */
export class SimulatedHold {
  hold: NanoUsd;
  committed: NanoUsd;
  readonly #most: NanoUsd;
  readonly #fates: readonly Fate[];
  calls = 0;
  extends = 0;
  refusals = 0;
  failures = 0;

  constructor(estimate: Estimate, most: NanoUsd, fates: readonly Fate[]) {
    this.hold = estimate.hold_nano_usd;
    this.committed = estimate.committed_nano_usd;
    this.#most = most;
    this.#fates = fates;
  }

  readonly client = walletOf({
    extend: (request) => this.#answer(() => this.#extend(request)),
    checkpoint: (request) => this.#answer(() => this.#checkpoint(request)),
  });

  async #answer<Answer>(run: () => Answer): Promise<Answer> {
    const fate = this.#fates[this.calls % this.#fates.length] ?? "answered";
    this.calls += 1;
    await Promise.resolve();
    if (fate !== "answered") this.failures += 1;
    if (fate === "lost") throw new Error("lost");
    const answer = run();
    await Promise.resolve();
    if (fate === "answer_lost") throw new Error("answer lost");
    return answer;
  }

  #extend({ hold_nano_usd, committed_nano_usd }: ExtendRequest) {
    this.extends += 1;
    if (committed_nano_usd > hold_nano_usd) throw new Error("broke the contract: more committed than held");
    if (hold_nano_usd > this.#most) {
      this.refusals += 1;
      return { status: "refused" as const, hold_nano_usd: this.hold };
    }
    this.hold = usd(Math.max(this.hold, hold_nano_usd));
    this.committed = usd(Math.max(this.committed, committed_nano_usd));
    return { status: "held" as const, hold_nano_usd: this.hold, deadline: 0 };
  }

  #checkpoint({ committed_nano_usd }: CheckpointRequest) {
    if (committed_nano_usd > this.hold) throw new Error("broke the contract: more committed than held");
    this.committed = usd(Math.max(this.committed, committed_nano_usd));
    return { status: "renewed" as const, deadline: 0 };
  }
}

/** One event of an answer: its tokens, each of at least one byte. */
export interface OutputEvent {
  readonly tokens: number;
  readonly bytes: number;
}

/** What the meter would say of the events seen: bytes until they are counted. A tokenizer that is down never counts. */
class Output {
  readonly stream = true;
  readonly #tokenizer_up: boolean;
  #counted = 0;
  #pending: OutputEvent[] = [];
  #looks = 0;
  approximate = false;
  recounts = 0;

  constructor(tokenizer_up: boolean) {
    this.#tokenizer_up = tokenizer_up;
  }

  see(event: OutputEvent): void {
    this.#pending.push(event);
  }

  get tokens_bound(): number {
    this.#looks += 1;
    if (this.#looks > 100_000) throw new Error("the keeper goes round for ever");
    return this.#pending.reduce((sum, { bytes }) => sum + bytes, this.#counted);
  }

  async recount(): Promise<void> {
    this.recounts += 1;
    const counting = this.#pending;
    await Promise.resolve();
    this.#pending = this.#pending.slice(counting.length);
    if (!this.#tokenizer_up) this.approximate ||= counting.length > 0;
    for (const { tokens, bytes } of counting) this.#counted += this.#tokenizer_up ? tokens : bytes;
  }
}

export interface Delivery {
  /** True tokens and bytes that went out. */
  readonly tokens: number;
  readonly bytes: number;
  /** The event that could not go out, and why. */
  readonly cut: { readonly event: OutputEvent; readonly reason: CutReason } | null;
  readonly held_tokens: number;
  /** How often the output was counted. */
  readonly recounts: number;
}

/** Delivers events as the relay does, looking at the hold after each. `check` sees the true tokens that are out. */
export async function deliver(
  hold: SimulatedHold,
  estimate: Estimate,
  events: readonly OutputEvent[],
  { tokenizer_up = true, check = (_tokens: number): void => undefined } = {},
): Promise<Delivery> {
  const output = new Output(tokenizer_up);
  const keeper = new HoldKeeper(hold.client, "req_1", estimate, output);
  const after = () => ({ held_tokens: keeper.held_tokens, recounts: output.recounts });
  let tokens = 0;
  let bytes = 0;
  for (const event of events) {
    output.see(event);
    const covered = keeper.cover();
    const may = covered === true || (await inTime(covered));
    if (!may) {
      return { tokens, bytes, cut: { event, reason: keeper.cut_reason }, ...after() };
    }
    tokens += event.tokens;
    bytes += event.bytes;
    check(tokens);
  }
  return { tokens, bytes, cut: null, ...after() };
}

/** Everything here answers within a few turns: what does not come within many never will. */
async function inTime(promise: Promise<boolean>): Promise<boolean> {
  const stalled = Symbol();
  let turns = 0;
  const watch = async (): Promise<typeof stalled> => {
    while (turns < 200) {
      turns += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return stalled;
  };
  const first = await Promise.race([promise, watch()]);
  turns = Number.POSITIVE_INFINITY;
  if (first === stalled) throw new Error("the keeper stalled");
  return first === true;
}
