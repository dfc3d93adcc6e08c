import { log } from "../../schema/kernel/log.ts";
import type {
  TransferInAnswer,
  TransferInRequest,
  TransferOutAnswer,
  TransferOutRequest,
} from "../../schema/wire/wallet-rpc.ts";
import { type Decision, NO_CHANGES } from "./core/change.ts";
import type { Reader } from "./core/reader.ts";
import type { State } from "./core/state.ts";
import {
  decideNoMoney,
  decideTransferEnd,
  decideTransferIn,
  decideTransferOut,
  type Reserved,
} from "./core/transfer.ts";
import type { Funds } from "./funds.ts";

/** What the object lends: deciding in memory, storing, and the other wallet. */
export interface TransfersHost {
  readonly funds: Funds;
  readonly reader: Reader;
  decide<Answer>(decide: (state: State, now: number) => Decision<Answer>): Answer;
  /** Resolves when everything decided so far is stored. */
  committed(): Promise<void>;
  /** Brings money to another wallet. Throws when that does not answer. */
  sendTo(wallet_id: string, request: TransferInRequest): Promise<TransferInAnswer>;
}

/**
 * Transfers to and from other wallets. What is reserved is stored before the other wallet is asked, and the other wallet
 * is asked until it answers: by whoever calls, and by the alarm.
 */
export class Transfers {
  private readonly host: TransfersHost;
  /** Transfers that are being finished: a repeat waits for the same answer. */
  private readonly finishing = new Map<string, Promise<TransferOutAnswer>>();

  constructor(host: TransfersHost) {
    this.host = host;
  }

  /** Moves money to another wallet. */
  async out(request: TransferOutRequest): Promise<TransferOutAnswer> {
    const reserved = await this.host.funds.obtainToMove<Reserved>(
      (state, now) => decideTransferOut(state, request, now, this.host.reader),
      request.amount_nano_usd,
      (refusal) => this.host.decide(() => decideNoMoney(request, refusal, this.host.reader)),
    );
    return reserved.status === "reserved" ? await this.finish(request.transfer_id) : reserved;
  }

  /** Takes money from another wallet. */
  async in(request: TransferInRequest): Promise<TransferInAnswer> {
    const answer = this.host.decide((state, now) => decideTransferIn(state, request, now, this.host.reader));
    await this.host.committed();
    return answer;
  }

  /** Goes on with what a crash or a silent wallet has left. One that stays silent keeps no other waiting. */
  async finishAll(): Promise<void> {
    const ids = this.host.decide((state) => ({ answer: [...state.transfers.keys()], changes: NO_CHANGES }));
    await Promise.all(ids.map((transfer_id) => this.finish(transfer_id)));
  }

  private finish(transfer_id: string): Promise<TransferOutAnswer> {
    const known = this.finishing.get(transfer_id);
    if (known !== undefined) return known;
    const finished = this.ask(transfer_id).finally(() => this.finishing.delete(transfer_id));
    this.finishing.set(transfer_id, finished);
    return finished;
  }

  private async ask(transfer_id: string): Promise<TransferOutAnswer> {
    // Stored before it is sent: a restart must know that money is under way.
    await this.host.committed();
    const open = this.host.decide((state) => ({ answer: requestOf(state, transfer_id), changes: NO_CHANGES }));
    let received: TransferInAnswer = { status: "invalid", problem: "the transfer is not under way" };
    if (open !== null) {
      const answer = await this.host.sendTo(open.to_wallet_id, open.request).catch((error: unknown) => {
        log("warn", "wallet.transfer_unanswered", { transfer_id, problem: String(error) });
        return null;
      });
      if (answer === null) return { status: "pending" };
      received = answer;
    }
    const ended = this.host.decide((state, now) =>
      decideTransferEnd(state, transfer_id, received, now, this.host.reader),
    );
    await this.host.committed();
    return ended;
  }
}

/** What the other wallet is asked, when the transfer is still under way. */
function requestOf(state: State, transfer_id: string) {
  const open = state.transfers.get(transfer_id);
  if (open === undefined || state.settings === null) return null;
  const { org_id, wallet_id: from_wallet_id } = state.settings;
  const { other_wallet_id: to_wallet_id, amount_nano_usd } = open;
  return { to_wallet_id, request: { transfer_id, org_id, from_wallet_id, amount_nano_usd } };
}
