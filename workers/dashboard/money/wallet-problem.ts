import { type Refused, refuse } from "../../../schema/kernel/errors.ts";

/** What of a wallet decides whether money can be moved to or from it. */
export interface MoneyWallet {
  readonly limit_nano_usd: number | null;
  readonly ends_at: number | null;
}

/** 409 for a wallet that has no balance or, where `now` is given, takes none any more. Its object has the last word. */
export function moneyWalletProblem(wallet: MoneyWallet, param: string, now: number | null): Refused | null {
  if (wallet.limit_nano_usd === null) {
    return refuse("conflict", { message: "This wallet has no limit, so it has no balance to move.", param });
  }
  if (now !== null && wallet.ends_at !== null && wallet.ends_at <= now) {
    return refuse("conflict", { message: "The time of this wallet is over: it takes no money any more.", param });
  }
  return null;
}
