import type { Host } from "../world/host.ts";
import { allowedBy, type Fail, type LocalChecks } from "./local.ts";

const LANES = ["ask", "give"] as const;

/** What must hold between wallets, from their tables: money neither appears nor vanishes on the way. */
export class TreeChecks {
  private readonly hosts: ReadonlyMap<string, Host>;
  private readonly local: LocalChecks;
  private readonly fail: Fail;
  private readonly parents: ReadonlyMap<string, string | null>;
  private readonly below: ReadonlyMap<string, readonly Host[]>;

  constructor(
    hosts: ReadonlyMap<string, Host>,
    parents: ReadonlyMap<string, string | null>,
    local: LocalChecks,
    fail: Fail,
  ) {
    this.hosts = hosts;
    this.local = local;
    this.fail = fail;
    this.parents = parents;
    this.below = new Map(
      [...hosts.keys()].map((id) => [id, [...hosts.values()].filter((host) => this.isBelow(host, id))]),
    );
  }

  /** The wallet itself and all above it. */
  chain(wallet_id: string): readonly Host[] {
    const chain: Host[] = [];
    for (let id: string | null = wallet_id; id !== null; id = this.parents.get(id) ?? null) {
      const host = this.hosts.get(id);
      if (host !== undefined) chain.push(host);
    }
    return chain;
  }

  /** Everything below a wallet, without itself. */
  subtree(wallet_id: string): readonly Host[] {
    return this.below.get(wallet_id) ?? [];
  }

  after(host: Host): void {
    const parent = this.hosts.get(this.parents.get(host.wallet_id) ?? "");
    if (parent !== undefined) this.edge(parent, host);
    for (const child of this.hosts.values()) {
      if (this.parents.get(child.wallet_id) === host.wallet_id) this.edge(host, child);
    }
    for (const above of this.chain(host.wallet_id)) this.scope(above);
  }

  /**
   * What could be held at a wallet for somebody in its subtree, as if all that is idle below were called back. What a
   * correction has given back counts when it was told: until then it is spent for all above.
   */
  available(host: Host): number {
    const { books } = host;
    if (books.settings === null) return Number.NEGATIVE_INFINITY;
    return allowedBy(books.settings, books.balance) - books.held - books.transferring - this.neededBelow(host);
  }

  /** What could be moved out of a wallet, as if all that is idle below were called back. */
  movable(host: Host): number {
    const { books } = host;
    if ((books.settings?.limit_nano_usd ?? 0) === 0) return Number.NEGATIVE_INFINITY;
    return books.balance - books.held - books.transferring - this.neededBelow(host);
  }

  private neededBelow(host: Host): number {
    return this.subtree(host.wallet_id).reduce((sum, other) => sum + other.books.held + this.untold(other), 0);
  }

  /** Charged at a wallet or below it, and not posted by the one above. */
  private untold(host: Host): number {
    const { upstream } = host.books;
    if (upstream === null) return 0;
    const account = this.hosts.get(upstream.parent_id)?.books.children.get(host.wallet_id);
    let untold = upstream.unreported;
    for (const lane of LANES) {
      const message = upstream.messages[lane];
      if (message !== null && (account?.lanes[lane].told_seq ?? 0) < message.seq) untold += message.consumed_nano_usd;
    }
    return Math.max(0, untold);
  }

  /** Held below, and charged below without having been told yet. */
  owedBelow(host: Host): number {
    return (
      this.subtree(host.wallet_id).reduce((sum, { books }) => sum + books.held + books.charged, 0) - host.books.told
    );
  }

  /** The two accounts of one lease differ by exactly what is under way between them. */
  private edge(parent: Host, child: Host): void {
    const upstream = child.books.upstream;
    if (upstream === null) return;
    const account = parent.books.children.get(child.wallet_id);
    let under_way = 0;
    for (const lane of LANES) {
      const message = upstream.messages[lane];
      const known = account?.lanes[lane];
      if (message === null) continue;
      if ((known?.told_seq ?? 0) < message.seq) under_way += message.consumed_nano_usd + message.returned_nano_usd;
      if (known !== undefined && known.answered_seq === message.seq) under_way += known.granted;
    }
    const difference = (account?.leased ?? 0) - upstream.leased - upstream.unreported;
    if (difference !== under_way) {
      this.fail(
        "I1",
        `${parent.wallet_id} has leased ${account?.leased ?? 0} to ${child.wallet_id}, which has ${upstream.leased} and ` +
          `owes ${upstream.unreported}; ${under_way} is under way`,
      );
    }
  }

  /** What is held and spent below a wallet is promised or posted by it. */
  private scope(host: Host): void {
    const below = this.subtree(host.wallet_id);
    if (below.length === 0) return;
    const owed = this.owedBelow(host);
    const { accounts } = host.books;
    if (owed <= accounts) return;
    const overages = below.reduce((sum, other) => sum + this.local.overages(other), 0);
    if (owed > accounts + overages) {
      this.fail("I2", `below ${host.wallet_id} ${owed} is held or spent, and ${accounts} is leased (${overages} over)`);
    }
  }

  private isBelow(host: Host, id: string): boolean {
    for (
      let above = this.parents.get(host.wallet_id) ?? null;
      above !== null;
      above = this.parents.get(above) ?? null
    ) {
      if (above === id) return true;
    }
    return false;
  }
}
