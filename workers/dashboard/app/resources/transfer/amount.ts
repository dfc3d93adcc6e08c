import { nanoOf } from "../../lib/amounts.ts";

/** What is wrong with an amount that was typed in, or null. `signed` may be below 0. */
export function amountProblem(text: string, signed = false): string | null {
  const nano = nanoOf(text.trim());
  if (text.trim() === "") return "Give an amount.";
  if (nano === null) return "An amount in dollars, such as 25 or 12.50, with up to nine places.";
  if (nano === 0n) return "It has to be more than nothing.";
  if (nano < 0n && !signed) return "It has to be more than 0.";
  return null;
}
