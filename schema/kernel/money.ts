/**
 * Money is a safe integer of nano-US-dollars (1 USD = 1e9). No floating-point dollar ever enters a sum;
 * dollars are decimal strings at the edge of the API and nowhere else.
 */

declare const nanoUsdBrand: unique symbol;

/** Nano-US-dollars: a safe integer, negative for a debit. */
export type NanoUsd = number & { readonly [nanoUsdBrand]: true };

/** One US dollar in nano-dollars. */
export const NANO_PER_USD = 1_000_000_000;

/** The most one wallet or one amount may hold: 9,000,000 USD, which leaves room below 2^53 for sums of two. */
export const MAX_NANO_USD = 9_000_000 * NANO_PER_USD;

/** Brands an integer as nano-dollars. Throws a RangeError on anything that is not a safe integer in range. */
export function nanoUsd(value: number): NanoUsd {
  if (!Number.isSafeInteger(value) || Math.abs(value) > MAX_NANO_USD) {
    throw new RangeError(`not an amount in nano-USD: ${value}`);
  }
  // -0 would print as "-0.000000000" and compares unequal under Object.is.
  return (value === 0 ? 0 : value) as NanoUsd;
}

export const ZERO_USD = nanoUsd(0);

export const addUsd = (a: NanoUsd, b: NanoUsd): NanoUsd => nanoUsd(a + b);
export const subtractUsd = (a: NanoUsd, b: NanoUsd): NanoUsd => nanoUsd(a - b);
export const minUsd = (a: NanoUsd, b: NanoUsd): NanoUsd => (a < b ? a : b);
export const maxUsd = (a: NanoUsd, b: NanoUsd): NanoUsd => (a > b ? a : b);

const DECIMAL_USD = /^(-?)(\d{1,7})(?:\.(\d{1,9}))?$/;

/**
 * Reads a decimal dollar string with up to nine places ("12", "0.000123450") exactly.
 * Answers null when it is malformed, has more than nine places or is out of range; the caller names the field.
 */
export function parseUsd(text: string): NanoUsd | null {
  const match = DECIMAL_USD.exec(text);
  if (match === null) return null;
  const [, sign = "", whole = "0", fraction = ""] = match;
  const nano = Number(whole) * NANO_PER_USD + Number(fraction.padEnd(9, "0"));
  if (nano > MAX_NANO_USD) return null;
  return nanoUsd(sign === "-" ? -nano : nano);
}

/** Writes nano-dollars as a decimal dollar string with nine places: `1_500_000_000` becomes "1.500000000". */
export function formatUsd(amount: NanoUsd): string {
  const sign = amount < 0 ? "-" : "";
  const absolute = Math.abs(amount);
  const whole = Math.floor(absolute / NANO_PER_USD);
  const fraction = absolute % NANO_PER_USD;
  return `${sign}${whole}.${String(fraction).padStart(9, "0")}`;
}

/** The same of a sum over many wallets, which may be more than a number holds exactly. */
export function formatUsdSum(sum: bigint): string {
  const absolute = sum < 0n ? -sum : sum;
  const nano = BigInt(NANO_PER_USD);
  return `${sum < 0n ? "-" : ""}${absolute / nano}.${String(absolute % nano).padStart(9, "0")}`;
}

/** `amount × percent / 100`, rounded down, exact at any size. `percent` is a whole number ≥ 0. */
export function percentOf(amount: NanoUsd, percent: number): NanoUsd {
  return nanoUsd(Number((BigInt(amount) * BigInt(percent)) / 100n));
}
