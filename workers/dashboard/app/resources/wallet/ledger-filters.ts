import { optionsOf } from "../../lib/format.ts";
import type { Filter } from "../../ui/filter-bar.tsx";
import type { Option } from "../../ui/select.tsx";
import type { Kind } from "./cause.ts";

/** What moves a balance, those first that people look for. */
export const KINDS: Readonly<Record<Kind, string>> = {
  top_up: "Top-up",
  adjustment: "Adjustment",
  transfer_in: "Transfer in",
  transfer_out: "Transfer out",
  charge: "Charge",
  overage: "Beyond its hold",
  attempt: "Attempt charged",
  release: "Not charged",
  expire: "Never settled",
  correction: "Correction",
  child: "Spent below",
  limit: "Limit changed",
  reset: "New period",
};

/** The filters of a ledger; `shards` are the objects that its wallet is. */
export const ledgerFilters = (shards: number): readonly Filter[] => [
  { name: "kind", label: "What", options: optionsOf(KINDS), several: true },
  { name: "ref", label: "Cause", placeholder: "req_…, top_… or trf_…" },
  ...(shards > 1 ? [{ name: "shard", label: "Book", options: booksOf(shards) }] : []),
];

const booksOf = (shards: number): readonly Option[] => [
  { value: "0", label: "The wallet's own" },
  ...Array.from({ length: shards }, (_, index) => ({ value: String(index + 1), label: `Shard ${index + 1}` })),
];
