import { formatUsd } from "../../lib/amounts.ts";
import { type Row, textIn, textOrNull } from "../../lib/json.ts";
import type { Names } from "../names.ts";

/** Movements of money as people read them, whichever of the three kinds they are of. Pure. */

export const MONEY_KINDS = {
  transfers: { title: "Transfers", one: "transfer", path: "/v1/wallet/transfers" },
  adjustments: { title: "Adjustments", one: "adjustment", path: "/v1/wallet/adjustments" },
  "top-ups": { title: "Top-ups", one: "top-up", path: "/v1/wallet/top-ups" },
} as const;
export type MoneyKind = keyof typeof MONEY_KINDS;

/** What who has asked for one needs to take it back; an adjustment is asked for by who may post. */
export const ASKED_WITH = { transfers: "money:request", adjustments: "money:post" } as const;

export const isMoneyKind = (name: string | null): name is MoneyKind =>
  name !== null && Object.hasOwn(MONEY_KINDS, name);

export const STATUSES = ["pending", "approved", "done", "failed", "rejected", "cancelled", "expired"] as const;

/** "$25.00 from “Company” to “Search”". */
export function moneySentence(row: Row, names: Names): string {
  const amount = formatUsd(textIn(row, "amount_usd"));
  const [from, to] = [textOrNull(row, "from_wallet_id"), textOrNull(row, "to_wallet_id")];
  if (from !== null && to !== null) {
    return `${amount} from “${names.label("wallet", from)}” to “${names.label("wallet", to)}”`;
  }
  return `${amount} in “${names.label("wallet", textIn(row, "wallet_id"))}”`;
}
