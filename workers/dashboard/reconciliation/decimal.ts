/** Decimal places that are kept of an amount in somebody else's file: exports write up to thirty. */
const PLACES = 30;
/** Nano-dollars have nine. */
const PER_NANO = 10n ** BigInt(PLACES - 9);

const DECIMAL = /^([+-]?)(\d{1,15})(?:\.(\d{0,40}))?(?:[eE]([+-]?\d{1,2}))?$/;

/** Dollars of a file as a whole number of 10^-30, exact as far as that goes; null where it is no number. */
export function readDecimal(text: string): bigint | null {
  const match = DECIMAL.exec(text.trim().replace(/^\$/, ""));
  if (match === null) return null;
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] = match;
  const shift = PLACES + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const value = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return sign === "-" ? -value : value;
}

/** Rounded half away from zero. Done once, with the sum, so that many small amounts lose nothing. */
export function nanoOfDecimal(value: bigint): bigint {
  const half = value < 0n ? -PER_NANO / 2n : PER_NANO / 2n;
  return (value + half) / PER_NANO;
}
