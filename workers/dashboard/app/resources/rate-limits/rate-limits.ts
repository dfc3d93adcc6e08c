import { formatNumber } from "../../lib/format.ts";
import { type Row, rowOf, textIn, textOrNull } from "../../lib/json.ts";

/** Rate limits of a key or a wallet: how they are called, and which of them bind a request. Pure. */

export const RATES = [
  { name: "requests_per_minute", label: "Requests a minute", unit: "requests", window: "a minute" },
  { name: "tokens_per_minute", label: "Tokens a minute", unit: "tokens", window: "a minute" },
  { name: "concurrent_requests", label: "Requests at a time", unit: "requests", window: "at a time" },
] as const;
export type Rate = (typeof RATES)[number];
export const RATE_NAMES = RATES.map(({ name }) => name);

/** Somebody whose limits a request must pass. A limit is null where there is none. */
export interface RateScope {
  readonly resource: "key" | "wallet";
  readonly id: string;
  readonly name: string;
  readonly limits: Readonly<Record<Rate["name"], number | null>>;
}

/**
 * All whose limits bind what is asked with a key, or from a wallet: itself first, then wallet by wallet upwards, as far as
 * wallets are known.
 */
export function scopesOf(resource: "key" | "wallet", row: Row, wallets: readonly Row[]): readonly RateScope[] {
  const scopes = [scopeOf(resource, row)];
  const known = new Map(wallets.map((wallet) => [textIn(wallet, "id"), wallet]));
  let next = textOrNull(row, resource === "key" ? "wallet_id" : "parent_id");
  while (next !== null) {
    const wallet = known.get(next);
    // Each wallet once, whatever the rows say.
    if (wallet === undefined || !known.delete(next)) break;
    scopes.push(scopeOf("wallet", wallet));
    next = textOrNull(wallet, "parent_id");
  }
  return scopes;
}

/** The least of the limits of these scopes, which is the one that is met first; null where none has one. */
export function tightest(scopes: readonly RateScope[], name: Rate["name"]): number | null {
  const limits = scopes.flatMap(({ limits: { [name]: limit } }) => (limit === null ? [] : [limit]));
  return limits.length === 0 ? null : Math.min(...limits);
}

/** What a limit means, as it is typed; null while it is none. */
export function meaningOf({ unit, window }: Rate, typed: string): string | null {
  const text = typed.trim().replaceAll(",", "");
  if (!/^\d{1,10}$/.test(text)) return null;
  const limit = Number(text);
  if (limit === 0) return "Refuses everything.";
  if (window === "at a time") return "Whatever comes beyond that is refused until one has ended.";
  return `After a pause ${formatNumber(limit)} ${unit} at once, then ${pace(limit)}.`;
}

/** "10 a second", "one in 3 seconds": how fast a limit by the minute comes back. */
function pace(limit: number): string {
  if (limit >= 60) return `${rounded(limit / 60)} a second`;
  return `one in ${rounded(60 / limit)} seconds`;
}

const rounded = (value: number): string => formatNumber(Math.round(value * 10) / 10);

const scopeOf = (resource: RateScope["resource"], row: Row): RateScope => ({
  resource,
  id: textIn(row, "id"),
  name: textIn(row, "name"),
  limits: {
    requests_per_minute: limitIn(row, "requests_per_minute"),
    tokens_per_minute: limitIn(row, "tokens_per_minute"),
    concurrent_requests: limitIn(row, "concurrent_requests"),
  },
});

function limitIn(row: Row, name: Rate["name"]): number | null {
  const { [name]: limit } = rowOf(row);
  return typeof limit === "number" ? limit : null;
}
