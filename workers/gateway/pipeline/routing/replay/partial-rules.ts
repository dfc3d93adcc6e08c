import { type CompiledConditions, compileConditions } from "../../../../../schema/routing/compile-conditions.ts";
import type { Conditions } from "../../../../../schema/routing/conditions.ts";
import { type CompiledRule, isScheduled } from "../../../../../schema/routing/decide.ts";
import type { RequestFacts } from "../../../../../schema/routing/facts.ts";
import { partialConditions } from "../../../../../schema/routing/partial-conditions.ts";
import type { PastRequest } from "./logged-facts.ts";

/** A rule in its place, and in which of the two lists it stands: as they are saved, and with the draft. */
export interface ListedRule {
  readonly rule: CompiledRule;
  readonly saved: boolean;
  readonly drafted: boolean;
}

/** Which rule decides a request, as far as can be told. */
export interface Decided {
  /** Each that may be it, in order; null is none of them. More than one: it is not known which. */
  readonly possible: readonly [CompiledRule | null, ...(CompiledRule | null)[]];
  /** The conditions that cannot be judged and on which it depends. */
  readonly unknown: readonly string[];
}

export type Held = "yes" | "no" | "unknown";

interface Partial {
  readonly at_best: CompiledConditions;
  readonly at_worst: CompiledConditions;
  readonly unknown: readonly string[];
}

/** A rule of the list with its conditions as they are judged on requests that lack the same. */
interface PartialRule extends ListedRule {
  readonly partial: Partial;
}

/** Judges conditions on requests of which not all is known. What it compiles is kept for the next request alike. */
export class PartialRules {
  readonly #listed: readonly ListedRule[];
  readonly #compiled = new Map<ReadonlySet<string>, Map<Conditions, Partial>>();
  readonly #lists = new Map<ReadonlySet<string>, readonly PartialRule[]>();

  /** `listed` in the order in which they are tried. */
  constructor(listed: readonly ListedRule[]) {
    this.#listed = listed;
  }

  /** The names of conditions that cannot be judged on requests that lack the same. */
  unknownOf(conditions: Conditions, unknown_facts: ReadonlySet<string>): readonly string[] {
    return this.#partial({ conditions, applies: null }, unknown_facts).unknown;
  }

  /** Whether the rule applies to the request, its schedule included. */
  holds(rule: CompiledRule, { facts, unknown }: PastRequest): Held {
    return held(rule, this.#partial(rule, unknown), facts);
  }

  /** What each list makes of the request. A rule that is in both is judged once. */
  decide({ facts, unknown }: PastRequest): { readonly saved: Decided; readonly drafted: Decided } {
    const saved = new Deciding();
    const drafted = new Deciding();
    for (const listed of this.#listFor(unknown)) {
      const by_saved = listed.saved && saved.open;
      const by_drafted = listed.drafted && drafted.open;
      if (!by_saved && !by_drafted) continue;
      const answer = held(listed.rule, listed.partial, facts);
      if (answer === "no") continue;
      const open = answer === "yes" ? [] : listed.partial.unknown;
      if (by_saved) saved.add(listed.rule, open);
      if (by_drafted) drafted.add(listed.rule, open);
      if (!saved.open && !drafted.open) break;
    }
    return { saved: saved.decided(), drafted: drafted.decided() };
  }

  #listFor(unknown_facts: ReadonlySet<string>): readonly PartialRule[] {
    const known = this.#lists.get(unknown_facts);
    if (known !== undefined) return known;
    const made = this.#listed.map((one) => ({ ...one, partial: this.#partial(one.rule, unknown_facts) }));
    this.#lists.set(unknown_facts, made);
    return made;
  }

  #partial(
    { conditions, applies }: { readonly conditions: Conditions; readonly applies: CompiledConditions | null },
    unknown_facts: ReadonlySet<string>,
  ): Partial {
    const known = this.#compiled.get(unknown_facts) ?? new Map<Conditions, Partial>();
    this.#compiled.set(unknown_facts, known);
    const found = known.get(conditions);
    if (found !== undefined) return found;
    const { readings, unknown } = partialConditions(conditions, unknown_facts);
    const whole = readings === null ? (applies ?? compileConditions(conditions)) : null;
    const made: Partial = {
      at_best: whole ?? compileConditions(readings?.at_best ?? conditions),
      at_worst: whole ?? compileConditions(readings?.at_worst ?? conditions),
      unknown,
    };
    known.set(conditions, made);
    return made;
  }
}

function held(rule: CompiledRule, { at_best, at_worst }: Partial, facts: RequestFacts): Held {
  if (!isScheduled(rule, facts.at) || at_best(facts) !== null) return "no";
  return at_best === at_worst || at_worst(facts) === null ? "yes" : "unknown";
}

/** One list while it is tried. */
class Deciding {
  readonly #possible: CompiledRule[] = [];
  readonly #unknown = new Set<string>();
  /** False once a rule applies for certain: no other is looked at. */
  open = true;

  add(rule: CompiledRule, unknown: readonly string[]): void {
    this.#possible.push(rule);
    for (const name of unknown) this.#unknown.add(name);
    this.open = unknown.length > 0;
  }

  decided(): Decided {
    const [first, ...others] = [...this.#possible, ...(this.open ? [null] : [])];
    return { possible: [first ?? null, ...others], unknown: [...this.#unknown] };
  }
}
