import * as z from "zod";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { SHARDS_MAX } from "../../../schema/wire/shards.ts";
import { LEDGER_KINDS, type LedgerKind } from "../../../schema/wire/wallet-rpc.ts";
import type { Row } from "../api/hooks.ts";
import { listParam } from "../api/list-param.ts";
import { momentParam } from "../api/moment-param.ts";

const KINDS = LEDGER_KINDS.join(", ");

const isKind = (name: string): name is LedgerKind => LEDGER_KINDS.some((kind) => kind === name);

const SHARD = `must be the number of a shard, 1 to ${SHARDS_MAX}, or 0 for the wallet's own book`;

/** What a ledger can be filtered by. Every filter that is given must hold. */
export const ledgerFilters = {
  kind: listParam("kind", KINDS, isKind).describe("Only these kinds, joined by commas: `top_up,adjustment`."),
  ref: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe("Only what this caused: the id of a request, a top-up or a transfer, or another `ref` of a row."),
  from: momentParam.describe("From this time on."),
  to: momentParam.describe("Before this time."),
  shard: z
    .string()
    .regex(/^\d{1,2}$/, SHARD)
    .transform(Number)
    .pipe(z.number().max(SHARDS_MAX, SHARD))
    .optional()
    .describe(
      "Of a wallet with shards only the book of this one; 0 is the wallet's own, in which they are rows `child`.",
    ),
} as const;

const parsed = z.object({
  kind: z.array(z.enum(LEDGER_KINDS)).optional(),
  ref: z.string().optional(),
  from: z.number().optional(),
  to: z.number().optional(),
  shard: z.number().optional(),
});

export interface LedgerFilters {
  readonly kinds: readonly LedgerKind[] | undefined;
  readonly ref: string | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** The filters among the parameters of a route, parsed by its `query` schema. */
export function filtersOf(query: Row): { readonly filters: LedgerFilters; readonly shard: number | null } | Refused {
  const { kind, shard, ...rest } = parsed.parse(query);
  if (rest.from !== undefined && rest.to !== undefined && rest.to <= rest.from) {
    return refuse("invalid_request", { message: "The end must be after the beginning, `from`.", param: "to" });
  }
  return { filters: { kinds: kind, ref: rest.ref, from: rest.from, to: rest.to }, shard: shard ?? null };
}
