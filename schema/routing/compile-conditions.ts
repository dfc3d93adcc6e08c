import { parseUsd } from "../kernel/money.ts";
import { matchesPattern } from "../kernel/wildcard.ts";
import { type Conditions, DAYS, type MoneyTest, type NumberTest, type TextTest, type TimeTest } from "./conditions.ts";
import { FLAG_FACTS, HEALTH_FIGURES, NUMBER_FACTS, type RequestFacts, TEXT_FACTS } from "./facts.ts";
import { wallClock } from "./local-minute.ts";

/** Null when all holds; else the path of the first condition that does not, `tags.env` or `any`. */
export type CompiledConditions = (facts: RequestFacts) => string | null;

interface Test {
  readonly path: string;
  holds(facts: RequestFacts): boolean;
}

/** Conditions as one function, in the order of the fields: the cheap ones come first, combinations last. */
export function compileConditions(conditions: Conditions): CompiledConditions {
  const tests = [
    ...TEXT_FACTS.flatMap((name) => textTest(name, conditions[name], (facts) => facts[name])),
    ...FLAG_FACTS.flatMap((name) => flagTest(name, conditions[name], (facts) => facts[name])),
    ...textsTest("region", conditions.region, (facts) => facts.regions),
    ...NUMBER_FACTS.flatMap((name) => numberTest(name, conditions[name], (facts) => facts[name])),
    ...numberTest(
      "estimated_cost_usd",
      inNanoUsd(conditions.estimated_cost_usd),
      (facts) => facts.estimated_cost_nano_usd,
    ),
    ...Object.entries(conditions.health ?? {}).flatMap(([target, test]) =>
      textTest(`health.${target}`, test, ({ health }) => health(target).state),
    ),
    ...HEALTH_FIGURES.flatMap((name) =>
      Object.entries(conditions[name] ?? {}).flatMap(([target, test]) =>
        numberTest(`${name}.${target}`, test, ({ health }) => health(target)[name]),
      ),
    ),
    ...namedTests("tags", conditions.tags, (facts) => facts.tags),
    ...namedTests("metadata", conditions.metadata, (facts) => facts.metadata),
    ...(conditions.time === undefined ? [] : [timeTest(conditions.time)]),
    ...combined(conditions),
  ];
  return (facts) => tests.find((test) => !test.holds(facts))?.path ?? null;
}

function textTest(
  path: string,
  test: TextTest | undefined,
  of: (facts: RequestFacts) => string | null,
): readonly Test[] {
  if (test === undefined) return [];
  const negated = typeof test === "object" && !Array.isArray(test);
  const patterns = [negated ? test.not : test].flat();
  return [
    {
      path,
      holds: (facts) => {
        const text = of(facts);
        const found = text !== null && patterns.some((pattern) => matchesPattern(pattern, text));
        return found !== negated;
      },
    },
  ];
}

/** The same of what may have several texts: one of them is enough. */
function textsTest(
  path: string,
  test: TextTest | undefined,
  of: (facts: RequestFacts) => readonly string[],
): readonly Test[] {
  if (test === undefined) return [];
  const negated = typeof test === "object" && !Array.isArray(test);
  const wanted = new Set([negated ? test.not : test].flat());
  return [{ path, holds: (facts) => of(facts).some((text) => wanted.has(text)) !== negated }];
}

const flagTest = (path: string, wanted: boolean | undefined, of: (facts: RequestFacts) => boolean): readonly Test[] =>
  wanted === undefined ? [] : [{ path, holds: (facts) => of(facts) === wanted }];

/** Exact: whole nano-dollars are compared, never fractions of a dollar. */
function inNanoUsd(test: MoneyTest | undefined): NumberTest | undefined {
  if (test === undefined) return undefined;
  const nano = (value: string | number): number => parseUsd(String(value)) ?? Number.NaN;
  if (typeof test !== "object") return nano(test);
  return Object.fromEntries(
    Object.entries(test).flatMap(([bound, value]) => (value === undefined ? [] : [[bound, nano(value)]])),
  );
}

/** What is not known is neither more nor less than anything. */
function numberTest(
  path: string,
  test: NumberTest | undefined,
  of: (facts: RequestFacts) => number | null,
): readonly Test[] {
  if (test === undefined) return [];
  const { gt, gte, lt, lte } = typeof test === "number" ? { gte: test, lte: test, gt: undefined, lt: undefined } : test;
  return [
    {
      path,
      holds: (facts) => {
        const value = of(facts);
        if (value === null) return false;
        return (
          (gt === undefined || value > gt) &&
          (gte === undefined || value >= gte) &&
          (lt === undefined || value < lt) &&
          (lte === undefined || value <= lte)
        );
      },
    },
  ];
}

const namedTests = (
  path: string,
  tests: Readonly<Record<string, TextTest>> | undefined,
  of: (facts: RequestFacts) => Readonly<Record<string, string>>,
): readonly Test[] =>
  Object.entries(tests ?? {}).flatMap(([name, test]) =>
    textTest(`${path}.${name}`, test, (facts) => {
      const values = of(facts);
      return Object.hasOwn(values, name) ? (values[name] ?? null) : null;
    }),
  );

/** From `from` to before `to`, on the days named; a span over midnight belongs to the day on which it begins. */
function timeTest({ days, from = "00:00", to = "24:00", zone = "UTC" }: TimeTest): Test {
  const clockAt = wallClock(zone);
  const over_midnight = from >= to;
  return {
    path: "time",
    holds: ({ at }) => {
      const { day: today, clock } = clockAt(at);
      const after_midnight = over_midnight && clock < to;
      const within = over_midnight ? clock >= from || clock < to : clock >= from && clock < to;
      const day = DAYS[(today + (after_midnight ? DAYS.length - 1 : 0)) % DAYS.length];
      return within && (days === undefined || (day !== undefined && days.includes(day)));
    },
  };
}

function combined({ all, any, not }: Conditions): readonly Test[] {
  const every = all?.map(compileConditions);
  const some = any?.map(compileConditions);
  const none = not === undefined ? undefined : compileConditions(not);
  return [
    ...(every === undefined
      ? []
      : [{ path: "all", holds: (facts: RequestFacts) => every.every((one) => one(facts) === null) }]),
    ...(some === undefined
      ? []
      : [{ path: "any", holds: (facts: RequestFacts) => some.some((one) => one(facts) === null) }]),
    ...(none === undefined ? [] : [{ path: "not", holds: (facts: RequestFacts) => none(facts) !== null }]),
  ];
}
