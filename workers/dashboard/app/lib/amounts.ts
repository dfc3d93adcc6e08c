/**
 * Amounts in US dollars as the API writes them: decimal strings of up to nine places. Sums are made of whole
 * nano-dollars, never of floating-point numbers.
 */

const NANO_PER_USD = 1_000_000_000n;

/** "12.5" is 12_500_000_000n nano-dollars; null for text that is no amount. */
export function nanoOf(usd: string): bigint | null {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(usd);
  if (match === null) return null;
  const [, sign, whole = "0", fraction = ""] = match;
  const nano = BigInt(whole) * NANO_PER_USD + BigInt(fraction.padEnd(9, "0"));
  return sign === "-" ? -nano : nano;
}

/** Nano-dollars as the API writes them: "12.500000000". */
export function usdOf(nano: bigint): string {
  const size = nano < 0n ? -nano : nano;
  const fraction = String(size % NANO_PER_USD).padStart(9, "0");
  return `${nano < 0n ? "-" : ""}${size / NANO_PER_USD}.${fraction}`;
}

/** The exact sum of amounts; text that is none counts nothing. */
export const sumUsd = (amounts: readonly string[]): string =>
  usdOf(amounts.reduce((sum, usd) => sum + (nanoOf(usd) ?? 0n), 0n));

/** "25.000000000" becomes "$25.00"; below a cent six digits are kept, or all nine. Text that is no amount stays. */
export function formatUsd(usd: string): string {
  const nano = nanoOf(usd);
  if (nano === null) return usd;
  const [whole = "0", fraction = ""] = usdOf(nano < 0n ? -nano : nano).split(".");
  const digits = fraction.replace(/0+$/, "").padEnd(2, "0");
  const places = digits.length === 2 ? 2 : digits.length <= 6 ? 6 : 9;
  return `${nano < 0n ? "−" : ""}$${grouped(whole)}.${digits.padEnd(places, "0")}`;
}

/** Rounded to the cent, half away from zero, for tiles and bars; of what is less than a cent two digits that count: "$0.0026". */
export function formatCents(usd: string): string {
  const nano = nanoOf(usd);
  if (nano === null) return usd;
  const size = nano < 0n ? -nano : nano;
  const cents = (size + 5_000_000n) / 10_000_000n;
  const sign = nano < 0n ? "−" : "";
  if (cents === 0n && size > 0n) return `${sign}$0.${twoDigits(String(size).padStart(9, "0"))}`;
  return `${sign}$${grouped(String(cents / 100n))}.${String(cents % 100n).padStart(2, "0")}`;
}

/** The places up to the second that is not zero; cut, not rounded. */
const twoDigits = (fraction: string): string => fraction.slice(0, fraction.search(/[1-9]/) + 2).replace(/0+$/, "");

/** A number of dollars at an axis: "$1.2K", "$40", "$0.005". */
export function formatUsdTick(usd: number): string {
  if (usd === 0) return "$0";
  if (Math.abs(usd) < 1) return `$${Number(usd.toPrecision(2)).toFixed(9).replace(/0+$/, "")}`;
  return `$${compact.format(usd)}`;
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** "25.000000000" becomes "25.00", to be edited. */
export function plainUsd(usd: string): string {
  const [whole = "0", fraction = ""] = usd.split(".");
  return `${whole}.${fraction.replace(/0+$/, "").padEnd(2, "0")}`;
}

/** A share of an amount for bars and charts only: 0 to 1, and 0 where there is no whole. Never for sums. */
export function ratio(part: string, whole: string): number {
  const [a, b] = [nanoOf(part), nanoOf(whole)];
  return a === null || b === null || b === 0n ? 0 : Number((a * 1_000_000n) / b) / 1_000_000;
}

/** An amount as a number of dollars, to place it in a chart. Never for sums. */
export const chartUsd = (usd: string): number => Number(nanoOf(usd) ?? 0n) / 1e9;

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ",");
