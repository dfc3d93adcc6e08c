import type { AdmitRequest } from "../../schema/wire/wallet-rpc.ts";

/** What a wallet was ever asked about one request: whatever its books say of it must be explained by that. */
export interface Asked {
  readonly admits: AdmitRequest[];
  /** The largest total that an extension asked for. */
  hold_nano_usd: number;
  committed_nano_usd: number;
  readonly costs: Set<number>;
  /** Attempts that settlements were of. */
  readonly settled: Set<number>;
  /** Attempts that were to be charged, each with its cost: `2 of 7000`. */
  readonly attempts: Set<string>;
  released: boolean;
  /** Ends that are under way. */
  ending: number;
}

export class CallLog {
  private readonly requests = new Map<string, Asked>();

  of(wallet_id: string, request_id: string): Asked {
    const name = `${wallet_id} ${request_id}`;
    const known = this.requests.get(name);
    if (known !== undefined) return known;
    const asked: Asked = {
      admits: [],
      hold_nano_usd: 0,
      committed_nano_usd: 0,
      costs: new Set(),
      settled: new Set(),
      attempts: new Set(),
      released: false,
      ending: 0,
    };
    this.requests.set(name, asked);
    return asked;
  }
}

/** What counts as an amount: anything else is refused or ignored. */
export const isAmount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0 && value <= 9e15;
