import type { Concept, Meaning } from "./meaning.ts";

/** What says where something comes from, goes to, or who does it: the same word with another of them is another question. */
const HARD = new Set(["from", "to", "by"]);

type Placed = readonly [a: Concept, b: Concept];

/**
 * Whether two texts of the same concepts have them in the same places. Word order may differ where a preposition goes
 * along ("the capital of France", "France's capital"); "A sued B" is not "B sued A", nor "from A to B" "from B to A".
 */
export function sameOrder(a: Meaning, b: Meaning): boolean {
  const pairs = placed(a.concepts, b.concepts);
  if (pairs.some(([one, other]) => opposed(one, other))) return false;
  const still = pairs.filter(([one]) => !one.movable);
  const places = new Map(b.concepts.map((concept, at) => [concept, at]));
  const inverted: Placed[][] = [];
  // Most texts have one order; only those that do not are worth comparing each with each.
  if (
    still.every(
      ([, other], at) => at === 0 || (places.get(other) ?? 0) > (places.get(still[at - 1]?.[1] ?? other) ?? 0),
    )
  ) {
    return !still.some(([one, other]) => (one.role === "by") !== (other.role === "by"));
  }
  for (const [at, first] of still.entries()) {
    for (const second of still.slice(at + 1)) {
      if ((places.get(first[1]) ?? 0) > (places.get(second[1]) ?? 0)) inverted.push([first, second]);
    }
  }
  if (exchanged(pairs)) return false;
  // In a passive everything but the agent changes its place.
  if (inverted.some((pair) => pair.some(([one, other]) => (one.role === "by") !== (other.role === "by")))) return true;
  return inverted.every(explained) || isVerbMoved(still, b, a.language);
}

function placed(concepts: readonly Concept[], others: readonly Concept[]): readonly Placed[] {
  const waiting = new Map<string, Concept[]>();
  for (const other of others) waiting.set(other.id, [...(waiting.get(other.id) ?? []), other]);
  return concepts.flatMap((concept): Placed[] => {
    const other = waiting.get(concept.id)?.shift();
    return other === undefined ? [] : [[concept, other]];
  });
}

const opposed = (a: Concept, b: Concept): boolean =>
  a.role !== b.role && a.role !== null && b.role !== null && HARD.has(a.role) && HARD.has(b.role);

/** Whether a role is one concept's in one text and another's in the other. */
function exchanged(pairs: readonly Placed[]): boolean {
  for (const role of [...HARD, "of"]) {
    const first = pairs.filter(([a]) => a.role === role);
    const second = pairs.filter(([, b]) => b.role === role);
    if (first.length > 0 && second.length > 0 && !first.some((pair) => second.includes(pair))) return true;
  }
  return false;
}

/** A concept with a preposition may stand elsewhere, but numbers and literals among themselves may not. */
function explained(pair: readonly Placed[]): boolean {
  const fixed = pair.every(([{ kind }]) => kind === "number" || kind === "literal");
  const operator = pair.some(([{ kind }]) => kind === "operator");
  return !fixed && !operator && pair.some(([a, b]) => a.role !== null || b.role !== null);
}

/** German verbs stand second or last; nouns, which have a capital letter, do not wander so. */
function isVerbMoved(pairs: readonly Placed[], b: Meaning, language: string | null): boolean {
  if (language !== "de" || pairs.length < 2) return false;
  const order = b.concepts.filter((concept) => pairs.some(([, other]) => other === concept));
  const sequence = pairs.map(([, other]) => order.indexOf(other));
  const last = sequence.length - 1;
  const toEnd = sequence[0] === last && sequence.slice(1).every((at, index) => at === index);
  const toFront = sequence[last] === 0 && sequence.slice(0, -1).every((at, index) => at === index + 1);
  return (toEnd && pairs[0]?.[1].small === true) || (toFront && pairs[last]?.[0].small === true);
}
