import type { Host } from "../world/host.ts";
import type { Delta } from "./books.ts";
import type { Fail } from "./local.ts";
import type { TreeChecks } from "./tree.ts";

const MINUTE_MS = 60_000;

interface Placed {
  readonly host: Host;
  readonly request_id: string;
  /** By the clock of the wallet that it was placed in. */
  readonly at: number;
}

/** What was admitted in a wallet and below it is never more than its rate limits let, in any window. */
export class RateChecks {
  private readonly tree: TreeChecks;
  private readonly fail: Fail;
  /** Whether clocks jump: then windows say nothing. */
  private readonly clocks: boolean;
  /** By wallet and request: one that a disk has lost may be placed again. */
  private readonly placed = new Map<string, Placed>();

  constructor(tree: TreeChecks, clocks: boolean, fail: Fail) {
    this.tree = tree;
    this.clocks = clocks;
    this.fail = fail;
  }

  transaction(host: Host, delta: Delta): void {
    for (const { before, after } of delta.holds) {
      if (before !== null || after === null) continue;
      const { request_id, created_at: at } = after;
      this.placed.set(`${host.wallet_id} ${request_id}`, { host, request_id, at });
      for (const above of this.tree.chain(host.wallet_id)) this.scope(above);
    }
  }

  private scope(host: Host): void {
    const limits = host.books.settings?.rate_limits;
    if (limits === undefined) return;
    const scope = [host, ...this.tree.subtree(host.wallet_id)];
    const { concurrent_requests: at_once, requests_per_minute: per_minute } = limits;
    const open = scope.reduce((count, { books }) => count + books.holds.size, 0);
    if (at_once !== null && open > at_once) {
      this.fail("I14", `${open} requests are open at ${host.wallet_id}, which lets ${at_once}`);
    }
    if (per_minute === null || this.clocks) return;
    // What a disk has lost was never admitted.
    const times = [...this.placed.values()]
      .filter((one) => scope.includes(one.host) && isKnown(one))
      .map(({ at }) => at)
      .sort((a, b) => a - b);
    for (const [first, start] of times.entries()) {
      for (let last = first; last < times.length; last += 1) {
        const minutes = ((times[last] ?? start) - start) / MINUTE_MS;
        const most = per_minute + per_minute * minutes;
        if (last - first + 1 <= most) continue;
        this.fail(
          "I14",
          `${last - first + 1} in ${minutes} minutes at ${host.wallet_id}, which lets ${per_minute} a minute`,
        );
        return;
      }
    }
  }
}

const isKnown = ({ host: { books }, request_id }: Placed): boolean =>
  books.holds.has(request_id) || books.endings.has(request_id);
