import { DurableObject } from "cloudflare:workers";
import { type ObjectNamespace, objectNamed } from "../../schema/clients/object-named.ts";
import type { Event } from "../../schema/wire/events.ts";
import { LIVE_WATCHERS_MAX } from "../../schema/wire/live.ts";
import type { KeyLimits, RateAnswer, RateMessage } from "../../schema/wire/rate-limits.ts";
import type {
  AdmitRequest,
  AuditReport,
  ChargeAttemptAnswer,
  ChargeAttemptRequest,
  CheckpointAnswer,
  CheckpointRequest,
  ExtendAnswer,
  ExtendRequest,
  KeyedState,
  LeaseAnswer,
  LeaseMessage,
  LedgerPage,
  LedgerQuery,
  PostAnswer,
  PostRequest,
  RatedAdmitAnswer,
  RecallAnswer,
  RecallStop,
  ReleaseRequest,
  SettleAnswer,
  SettleRequest,
  TransferInAnswer,
  TransferInRequest,
  TransferOutAnswer,
  TransferOutRequest,
  WalletRpc,
  WalletState,
} from "../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../schema/wire/wallet-settings.ts";
import { Wallet, type WalletEffects } from "./wallet.ts";

export interface Env {
  readonly EVENTS: Queue<Event>;
  /** The wallet objects themselves: those above and below this one. */
  readonly WALLET: ObjectNamespace<WalletRpc>;
  /** Milliseconds, see WalletEffects; absent or malformed is 0. */
  readonly AO_OUTBOX_RETAIN_MS?: string;
  /** Milliseconds, see WalletEffects; absent or malformed is a second. */
  readonly AO_DRAIN_DELAY_MS?: string;
}

const DRAIN_DELAY_MS = 1_000;

const milliseconds = (text: string | undefined, fallback: number): number =>
  text !== undefined && /^\d{1,8}$/.test(text) ? Number(text) : fallback;

/** A wallet as a Durable Object: the RPC surface and nothing else. Every method here can be called by a bound worker. */
export class WalletObject extends DurableObject<Env> implements WalletRpc {
  /** Own properties cannot be reached over RPC. */
  readonly effects: WalletEffects;
  readonly wallet: Wallet;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.effects = {
      storage: ctx.storage,
      now: () => Date.now(),
      wait: (ms) => scheduler.wait(ms),
      send: async (events) => {
        await env.EVENTS.sendBatch(events.map((body) => ({ body })));
      },
      waitUntil: (work) => ctx.waitUntil(work),
      wallet: (wallet_id) => objectNamed(env.WALLET, wallet_id),
      outbox_retain_ms: milliseconds(env.AO_OUTBOX_RETAIN_MS, 0),
      drain_delay_ms: milliseconds(env.AO_DRAIN_DELAY_MS, DRAIN_DELAY_MS),
      watchers: {
        count: () => ctx.getWebSockets().length,
        publish: (text) => {
          for (const socket of ctx.getWebSockets()) send(socket, text);
        },
      },
    };
    this.wallet = new Wallet(this.effects);
    void ctx.blockConcurrencyWhile(() => this.wallet.start());
  }

  configure(settings: WalletSettings): Promise<WalletState> {
    return this.wallet.configure(settings);
  }

  admit(request: AdmitRequest): Promise<RatedAdmitAnswer> {
    return this.wallet.admit(request);
  }

  extend(request: ExtendRequest): Promise<ExtendAnswer> {
    return this.wallet.extend(request);
  }

  checkpoint(request: CheckpointRequest): Promise<CheckpointAnswer> {
    return this.wallet.checkpoint(request);
  }

  chargeAttempt(request: ChargeAttemptRequest): Promise<ChargeAttemptAnswer> {
    return this.wallet.chargeAttempt(request);
  }

  settle(request: SettleRequest): Promise<SettleAnswer> {
    return this.wallet.settle(request);
  }

  release(request: ReleaseRequest): Promise<SettleAnswer> {
    return this.wallet.release(request);
  }

  lease(message: LeaseMessage): Promise<LeaseAnswer> {
    return this.wallet.lease(message);
  }

  recall(stop?: RecallStop): Promise<RecallAnswer> {
    return this.wallet.recall(stop);
  }

  post(request: PostRequest): Promise<PostAnswer> {
    return this.wallet.post(request);
  }

  transferOut(request: TransferOutRequest): Promise<TransferOutAnswer> {
    return this.wallet.transferOut(request);
  }

  transferIn(request: TransferInRequest): Promise<TransferInAnswer> {
    return this.wallet.transferIn(request);
  }

  rate(message: RateMessage): Promise<RateAnswer> {
    return this.wallet.rate(message);
  }

  limitKey(key_id: string, limits: KeyLimits): Promise<void> {
    return this.wallet.limitKey(key_id, limits);
  }

  state(): Promise<WalletState | null> {
    return this.wallet.state();
  }

  stateFor(key_id: string): Promise<KeyedState> {
    return this.wallet.stateFor(key_id);
  }

  ledgerPage(query: LedgerQuery): Promise<LedgerPage> {
    return this.wallet.ledgerPage(query);
  }

  revokeKey(key_id: string): Promise<void> {
    return this.wallet.revokeKey(key_id);
  }

  audit(): Promise<AuditReport> {
    return this.wallet.audit();
  }

  ping(): Promise<{ ok: true }> {
    return this.wallet.ping();
  }

  /**
   * A WebSocket for whoever watches the wallet, see `schema/wire/live.ts`. It hibernates: a wallet that is watched and
   * has nothing to do is not kept in memory. 426 without an upgrade, 429 when too many watch.
   */
  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade") !== "websocket") return new Response(null, { status: 426 });
    if (this.ctx.getWebSockets().length >= LIVE_WATCHERS_MAX) return new Response(null, { status: 429 });
    const { 0: theirs, 1: ours } = new WebSocketPair();
    this.ctx.acceptWebSocket(ours);
    send(ours, this.wallet.firstForWatcher());
    return new Response(null, { status: 101, webSocket: theirs });
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    // 1005 and 1006 say that there was no code, and must not be sent.
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }

  override alarm(): Promise<void> {
    return this.wallet.alarm();
  }
}

/** Who has left meanwhile is told nothing. */
function send(socket: WebSocket, text: string): void {
  try {
    socket.send(text);
  } catch {
    socket.close(1011);
  }
}
