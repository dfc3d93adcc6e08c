import type { AnswerOf } from "../../api/types.ts";
import { hrefTo } from "../../lib/paths.ts";

export type LedgerRow = AnswerOf<"/v1/wallets/{id}/ledger", "get">["data"][number];
export type Kind = LedgerRow["kind"];

const PLACES: Readonly<Partial<Record<Kind, string>>> = {
  attempt: "requests",
  charge: "requests",
  overage: "requests",
  release: "requests",
  expire: "requests",
  correction: "requests",
  top_up: "top-ups",
  adjustment: "adjustments",
  transfer_in: "transfers",
  transfer_out: "transfers",
};

/** The address of what caused a row; null where there is none. */
export function hrefOfCause({ kind, ref }: Pick<LedgerRow, "kind" | "ref">): string | null {
  if (kind === "child") {
    // `wal_…:give:12`: what a wallet below told for the twelfth time; `wal_…#3:give:12` what a shard did.
    const [wallet = ref, shard] = (ref.split(":")[0] ?? ref).split("#");
    return shard === undefined ? hrefTo(["wallets", wallet]) : hrefTo(["wallets", wallet], { tab: "ledger", shard });
  }
  const place = PLACES[kind];
  return place === undefined ? null : hrefTo([place, ref]);
}
