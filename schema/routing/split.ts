import { drawOf } from "./bucket.ts";

export interface Weighted {
  readonly weight: number;
}

/** What a choice goes by. */
export interface Choosing<Option> {
  /** Makes splits independent of each other: the id of what splits. */
  readonly key: string;
  /** Who always gets the same. */
  readonly subject: string;
  /** What an option is known by: two with one name are one with the sum of their weights. */
  nameOf(option: Option): string;
}

/**
 * One of several by weight, the same for the same subject, in whatever order the options are given. Each option draws a
 * number for the subject and the best one for its weight wins (weighted rendezvous), so that a subject goes from one
 * option to another only where the other has gained against it: of two options exactly those move that must, an option
 * that is added only takes, and those of one that is taken away alone are given to the others.
 */
export function chooseByWeight<Option extends Weighted>(
  options: readonly [Option, ...Option[]],
  { key, subject, nameOf }: Choosing<Option>,
): Option {
  const weights = new Map<string, number>();
  for (const option of options) weights.set(nameOf(option), (weights.get(nameOf(option)) ?? 0) + option.weight);
  const [first] = options;
  let best = { name: nameOf(first), lot: Number.POSITIVE_INFINITY };
  for (const [name, weight] of weights) {
    if (weight <= 0) continue;
    const lot = -Math.log(drawOf(key, `${name}\u0000${subject}`)) / weight;
    // Of equals the first by name: it must not depend on the order.
    if (lot < best.lot || (lot === best.lot && name < best.name)) best = { name, lot };
  }
  return options.find((option) => nameOf(option) === best.name) ?? first;
}
