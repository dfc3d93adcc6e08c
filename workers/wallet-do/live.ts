import type { Event } from "../../schema/wire/events.ts";
import { LIVE_REQUESTS_MAX, type LiveMessage, type LiveRequest, type LiveWallet } from "../../schema/wire/live.ts";
import { walletOfShard } from "../../schema/wire/shards.ts";
import type { WalletState } from "../../schema/wire/wallet-rpc.ts";
import type { Change } from "./core/change.ts";

/** Changes gather for so long, so that a busy wallet tells what it did a few times a second and not at each request. */
const GATHER_MS = 400;

export interface LiveEffects {
  /** How many watch now. */
  watchers(): number;
  /** To all who watch. */
  publish(text: string): void;
  wait(ms: number): Promise<unknown>;
  waitUntil(work: Promise<unknown>): void;
  /** The wallet as it is now. */
  state(): WalletState | null;
}

/** Tells what was stored to whoever watches. Where nobody does, a commit costs one look at how many there are. */
export class Live {
  private readonly effects: LiveEffects;
  private requests: LiveRequest[] = [];
  private left_out = 0;
  private scheduled = false;

  constructor(effects: LiveEffects) {
    this.effects = effects;
  }

  /** Called with what a commit has stored. */
  stored(changes: readonly Change[]): void {
    if (this.effects.watchers() === 0) return;
    for (const change of changes) {
      if (change.kind === "posting" || change.kind === "event") this.add(change.event);
    }
    if (this.scheduled) return;
    this.scheduled = true;
    this.effects.waitUntil(this.publishLater());
  }

  /** What somebody who begins to watch is told first. */
  first(): string {
    return text({ wallet: shown(this.effects.state()), requests: [], left_out: 0 });
  }

  private add(event: Event): void {
    if (event.type !== "request.completed") return;
    if (this.requests.length >= LIVE_REQUESTS_MAX) {
      this.left_out += 1;
      return;
    }
    const { context, record } = event;
    this.requests.push({
      id: event.request_id,
      at: event.at,
      wallet_id: walletOfShard(event.wallet_id),
      team_id: event.team_id,
      key_id: context.key_id,
      provider_id: context.provider_id,
      model: context.model,
      feature: context.feature,
      outcome: record.outcome,
      status: record.status,
      cost_nano_usd: event.cost_nano_usd,
      latency_ms: record.latency_ms,
    });
  }

  private async publishLater(): Promise<void> {
    await this.effects.wait(GATHER_MS);
    const { requests, left_out } = this;
    this.requests = [];
    this.left_out = 0;
    this.scheduled = false;
    this.effects.publish(text({ wallet: shown(this.effects.state()), requests, left_out }));
  }
}

const text = (message: LiveMessage): string => JSON.stringify(message);

function shown(state: WalletState | null): LiveWallet | null {
  if (state === null) return null;
  const { settings } = state;
  return {
    wallet_id: settings.wallet_id,
    limit_nano_usd: settings.limit_nano_usd,
    balance_nano_usd: state.balance_nano_usd,
    spent_nano_usd: state.spent_nano_usd,
    held_nano_usd: state.held_nano_usd,
    leased_nano_usd: state.leased_nano_usd,
    available_nano_usd: state.available_nano_usd,
    open_holds: state.open_holds,
    frozen: settings.frozen,
    resets_at: state.resets_at,
  };
}
