import * as z from "zod";
import { type NanoUsd, parseUsd } from "../../../schema/kernel/money.ts";

/** Dollars as a decimal string (a JSON number is taken as the digits that it was written with), within bounds. */
const dollars = (fits: (amount: NanoUsd) => boolean, problem: string) =>
  z.union([z.string(), z.number()], 'must be a decimal string such as "12.50"').refine((value) => {
    const amount = parseUsd(String(value));
    return amount !== null && fits(amount);
  }, problem);

const SHAPE = "must be dollars as a decimal string with up to nine places";

export const positiveUsd = dollars((amount) => amount > 0, `${SHAPE}, above 0`);

/** Either way, but not nothing. */
export const signedUsd = dollars((amount) => amount !== 0, `${SHAPE}, such as "12.50" or "-12.50", and not 0`);

/** An amount that one of these has taken, in nano-dollars. */
export function nanoOf(value: string | number): NanoUsd {
  const amount = parseUsd(String(value));
  if (amount === null) throw new Error("an amount that was not checked");
  return amount;
}

/** Why money is moved: a line of text. */
export const reasonInput = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(500, "must be at most 500 characters")
  .refine((value) => !/\p{Cc}/u.test(value), "must not contain control characters");
