import type { Conditions } from "./conditions.ts";

/**
 * Conditions of which some cannot be judged, because what they ask for is not known of a request. Of two readings the first
 * takes each of them to hold, the second to fail: what does not hold by the first does not hold, what holds by the second
 * does, and what lies between is not known.
 */
export interface PartialConditions {
  /** Null where nothing of what is asked for is unknown: then the conditions are judged as they are. */
  readonly readings: { readonly at_best: Conditions; readonly at_worst: Conditions } | null;
  /** The conditions that cannot be judged, by their names. */
  readonly unknown: readonly string[];
}

/** The readings of conditions where the named facts are not known. */
export function partialConditions(conditions: Conditions, unknown_facts: ReadonlySet<string>): PartialConditions {
  const unknown = [...unknownIn(conditions, unknown_facts)];
  if (unknown.length === 0) return { readings: null, unknown };
  return {
    readings: {
      at_best: reading(conditions, unknown_facts, true),
      at_worst: reading(conditions, unknown_facts, false),
    },
    unknown,
  };
}

function unknownIn({ all, any, not, ...leaves }: Conditions, unknown_facts: ReadonlySet<string>): ReadonlySet<string> {
  const inside = [...(all ?? []), ...(any ?? []), ...(not === undefined ? [] : [not])];
  return new Set([
    ...namesOf(leaves).filter((name) => unknown_facts.has(name)),
    ...inside.flatMap((one) => [...unknownIn(one, unknown_facts)]),
  ]);
}

/** Those that are given. */
const namesOf = (leaves: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(leaves).filter((name) => leaves[name] !== undefined);

/** One of none: it never holds. */
const NEVER: Conditions = { any: [] };

function reading(conditions: Conditions, unknown_facts: ReadonlySet<string>, holds: boolean): Conditions {
  const { all, any, not, ...leaves } = conditions;
  const names = namesOf(leaves);
  const known = Object.fromEntries(
    Object.entries(leaves).filter(([name]) => !unknown_facts.has(name)),
  ) as typeof leaves;
  const fails = !holds && names.some((name) => unknown_facts.has(name));
  const inside = (one: Conditions): Conditions => reading(one, unknown_facts, holds);
  return {
    ...known,
    ...(all === undefined && !fails ? {} : { all: [...(all ?? []).map(inside), ...(fails ? [NEVER] : [])] }),
    ...(any === undefined ? {} : { any: any.map(inside) }),
    // What is denied holds the least where what it denies holds the most.
    ...(not === undefined ? {} : { not: reading(not, unknown_facts, !holds) }),
  };
}
