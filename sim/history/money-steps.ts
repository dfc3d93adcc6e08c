import type { WalletSettings } from "../../schema/wire/wallet-settings.ts";
import type { Dice } from "../dice.ts";
import type { Profile } from "../faults/profile.ts";
import { START } from "./start.ts";
import type { FaultStep, WorldStep } from "./step.ts";

/** Money for another wallet, asked for as the console does: again while it does not know how it went. */
export interface TransferStep {
  readonly kind: "transfer";
  readonly id: string;
  readonly wallet: string;
  readonly to: string;
  readonly amount: number;
  /** At most so often in all. */
  readonly attempts: number;
  /** Whether the wallet that takes is given its settings first. */
  readonly greets: boolean;
}

/** Money that comes from outside, or a correction. */
export interface PostStep {
  readonly kind: "post";
  readonly id: string;
  readonly wallet: string;
  readonly post: "top_up" | "adjustment";
  readonly amount: number;
  readonly attempts: number;
}

/** A wallet is over from now on. */
export interface EndStep {
  readonly kind: "configure";
  readonly wallet: string;
  readonly change: { readonly ends_at: number };
}

export type MoneyStep = TransferStep | PostStep;

const AMOUNTS = [1, 1_000, 50_000, 200_000, 1_000_000, 30_000_000] as const;
const NO_AMOUNTS = [0, -1_000, 0.5, Number.NaN, 1e300] as const;

/** What is done about money by hand among the steps of a run. */
export class MoneySteps {
  private readonly roll: Dice;
  private readonly wallets: readonly WalletSettings[];
  private readonly profile: Profile;
  private readonly asked: MoneyStep[] = [];
  private readonly planned: WorldStep[] = [];
  private readonly ended = new Set<string>();
  private steps = 0;

  constructor(roll: Dice, wallets: readonly WalletSettings[], profile: Profile) {
    this.roll = roll;
    this.wallets = wallets;
    this.profile = profile;
    for (const { wallet_id, ends_at } of wallets) if (ends_at !== null) this.ended.add(wallet_id);
  }

  /** The next step if it is one of these; null when it is one of the others. */
  next(id: string, at_ms: number): WorldStep | null {
    const kind = this.roll.whole(1_000);
    const planned = this.planned.shift();
    if (planned !== undefined) return planned;
    this.steps += 1;
    // What is over is over: mostly late in a run.
    if (kind < (this.steps / 100) ** 2) return this.end(at_ms);
    if (kind >= 100) return null;
    const step = this.money(id, kind);
    this.asked.push(step);
    const fault = step.kind === "transfer" ? this.fault(step) : null;
    if (fault === null) return step;
    if (fault.kind === "evict") {
      this.planned.push(fault);
      return step;
    }
    this.planned.push(step);
    // While the one is under way, the same money is asked for again.
    if (step.kind === "transfer" && this.roll.chance(0.6)) {
      this.planned.push({ ...step, id: `${id}b`, to: this.one(step.wallet), amount: this.amount() });
    }
    return fault;
  }

  /** What happens to a transfer, rather than to all that is going on. */
  private fault({ wallet, to }: TransferStep): FaultStep | null {
    if (this.profile.fault_steps === 0 || this.roll.chance(0.4)) return null;
    if (this.profile.call_lost === 0 || this.roll.chance(0.4))
      return { kind: "evict", wallet: this.roll.one([wallet, to]) };
    return { kind: "unreachable", wallet: to, for_ms: this.roll.whole(120_000) };
  }

  private money(id: string, kind: number): MoneyStep {
    const before = this.roll.chance(0.25) ? this.asked.at(-1 - this.roll.whole(5)) : undefined;
    if (before !== undefined) return this.again(before);
    const attempts = 1 + this.roll.whole(4);
    const wallet = this.one();
    if (kind >= 70) {
      const post = this.roll.chance(0.5) ? "top_up" : "adjustment";
      return { kind: "post", id, wallet, post, amount: this.amount() * (kind < 87 ? 1 : -1), attempts };
    }
    const to = this.one(wallet);
    return { kind: "transfer", id, wallet, to, amount: this.amount(), attempts, greets: this.roll.chance(0.85) };
  }

  /** Mostly one that has a balance, and another than the other. */
  private one(other?: string): string {
    if (this.roll.chance(0.03)) return this.roll.one(this.wallets).wallet_id;
    const others = this.wallets.filter(({ wallet_id }) => wallet_id !== other);
    const limited = others.filter(({ limit_nano_usd }) => limit_nano_usd !== null);
    const some = limited.length > 0 && this.roll.chance(0.85) ? limited : others;
    return this.roll.one(some.length > 0 ? some : this.wallets).wallet_id;
  }

  /** An earlier one, as it was or with one thing changed: that is none of the caller's to do. */
  private again(before: MoneyStep): MoneyStep {
    const kind = this.roll.whole(10);
    if (kind < 6) return before;
    if (kind < 8) return { ...before, amount: before.amount + 1 };
    return { ...before, wallet: this.roll.one(this.wallets).wallet_id };
  }

  private amount(): number {
    if (this.roll.chance(0.05)) return this.roll.one(NO_AMOUNTS);
    return this.roll.chance(0.5) ? this.roll.one(AMOUNTS) : 1 + this.roll.whole(4_000_000);
  }

  private end(at_ms: number): EndStep | null {
    const going_on = this.wallets.filter(
      ({ wallet_id, parent_id }) => parent_id !== null && !this.ended.has(wallet_id),
    );
    if (going_on.length === 0) return null;
    const above = new Set(this.wallets.map(({ parent_id }) => parent_id));
    const inner = going_on.filter(({ wallet_id }) => above.has(wallet_id));
    const { wallet_id: wallet } = this.roll.one(inner.length > 0 && this.roll.chance(0.5) ? inner : going_on);
    this.ended.add(wallet);
    return { kind: "configure", wallet, change: { ends_at: START + at_ms + this.roll.one([0, 1_000, 3_000, 20_000]) } };
  }
}
