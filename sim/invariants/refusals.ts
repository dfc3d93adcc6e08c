import type { Host } from "../world/host.ts";
import type { Fail } from "./local.ts";
import type { TreeChecks } from "./tree.ts";

/** A request for money, from its arrival to its answer. */
export interface Wish {
  readonly wallet_id: string;
  readonly request_id: string;
  readonly amount: number;
  readonly from: number;
  until: number;
  /** Null while it waits, and when its object died: it may have been held. */
  outcome: "held" | "refused" | "told_to_wait" | "other" | null;
}

interface Instant {
  readonly tick: number;
  readonly available: number;
}

/**
 * Whoever was refused for money must have asked for what, at some instant between question and answer, was not there: in
 * the wallet itself or in one above, what is held and spent counted and what is idle not. Money that somebody else was
 * about to get counts as theirs; for who is told to wait, also when it turned out that they did not get it.
 */
export class RefusalChecks {
  private readonly tree: TreeChecks;
  private readonly fail: Fail;
  private tick = 0;
  private wishes: Wish[] = [];
  private readonly suspects = new Set<Wish>();
  private readonly instants = new Map<string, Instant[]>();

  constructor(tree: TreeChecks, fail: Fail) {
    this.tree = tree;
    this.fail = fail;
  }

  /** Something has changed at a wallet, and so for those above it. */
  changed(host: Host): void {
    this.tick += 1;
    for (const above of this.tree.chain(host.wallet_id)) this.note(above);
  }

  arrives(wallet_id: string, request_id: string, amount: number): Wish {
    this.tick += 1;
    for (const above of this.tree.chain(wallet_id)) this.note(above);
    const wish: Wish = {
      wallet_id,
      request_id,
      amount,
      from: this.tick,
      until: Number.POSITIVE_INFINITY,
      outcome: null,
    };
    this.wishes.push(wish);
    return wish;
  }

  /** `excused` when something went wrong meanwhile that may keep idle money from being found. */
  ends(wish: Wish, outcome: Wish["outcome"], excused: boolean): void {
    this.tick += 1;
    wish.outcome = outcome;
    wish.until = this.tick;
    if ((outcome === "refused" || outcome === "told_to_wait") && !excused) this.suspects.add(wish);
    for (const suspect of this.suspects) {
      // Who was under way at the same time may yet turn out to have got the money.
      if (this.wishes.some((other) => other.outcome === null && other.from <= suspect.until)) continue;
      this.suspects.delete(suspect);
      this.judge(suspect);
    }
    this.forget();
  }

  private judge(wish: Wish): void {
    if (this.tree.chain(wish.wallet_id).some((host) => this.leastAt(host, wish) < wish.amount)) return;
    const story = this.tree.chain(wish.wallet_id).map((host) => `${host.wallet_id} ${this.leastAt(host, wish)}`);
    this.fail(
      "I15",
      `${wish.request_id} was refused ${wish.amount} at ${wish.wallet_id}, which was there: ${story.join(", ")}`,
    );
  }

  private note(host: Host): void {
    const instants = this.instants.get(host.wallet_id) ?? [];
    this.instants.set(host.wallet_id, instants);
    const available = this.tree.available(host);
    if (instants.at(-1)?.available !== available) instants.push({ tick: this.tick, available });
  }

  /** The least that a wallet had for this wish while it waited. */
  private leastAt(host: Host, wish: Wish): number {
    const inside = new Set([host.wallet_id, ...this.tree.subtree(host.wallet_id).map(({ wallet_id }) => wallet_id)]);
    const others = this.wishes
      .filter((other) => other !== wish && inside.has(other.wallet_id))
      .filter(({ outcome }) => wish.outcome === "told_to_wait" || outcome === "held" || outcome === "other")
      .filter((other) => other.from <= wish.until && other.until >= wish.from)
      .reduce((sum, other) => sum + other.amount, 0);
    const during = (this.instants.get(host.wallet_id) ?? []).filter(
      ({ tick }, index, all) => tick <= wish.until && (all[index + 1]?.tick ?? Number.POSITIVE_INFINITY) > wish.from,
    );
    return Math.min(...during.map(({ available }) => available)) - others;
  }

  /** Once nobody waits, the past says nothing about the future. */
  private forget(): void {
    const relevant = [...this.wishes.filter(({ outcome }) => outcome === null), ...this.suspects];
    const oldest = Math.min(...relevant.map(({ from }) => from));
    this.wishes = this.wishes.filter(({ until }) => until >= oldest);
    for (const instants of this.instants.values()) {
      while ((instants[1]?.tick ?? Number.POSITIVE_INFINITY) <= Math.min(oldest, this.tick)) instants.shift();
    }
  }
}
