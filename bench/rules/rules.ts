import type { Conditions } from "../../schema/routing/conditions.ts";
import { compileRules, decide, type RoutingRule } from "../../schema/routing/decide.ts";
import type { RequestFacts } from "../../schema/routing/facts.ts";
import type { Harness } from "../harness/harness.ts";

const FACTS: RequestFacts = {
  model: "openai/gpt-5",
  operation: "chat",
  dialect: "openai-chat",
  key: "key_1",
  wallet: "wal_1",
  feature: "search",
  subject: "user-7",
  country: "DE",
  tags: { env: "prod", team: "blue" },
  metadata: {},
  input_tokens: 1_200,
  max_output_tokens: null,
  tools: true,
  images: false,
  json: false,
  reasoning: false,
  stream: true,
  at: Date.UTC(2026, 2, 11, 12),
};

/** What rules mostly look at; none of them holds, so that every rule is tried. */
const KINDS: readonly ((at: number) => Conditions)[] = [
  (at) => ({ model: [`acme/model-${at}`, `acme/*-${at}`] }),
  (at) => ({ model: "openai/*", tags: { team: `team-${at}` } }),
  (at) => ({ model: "openai/gpt-5", feature: { not: "search" }, input_tokens: { gt: at } }),
  (at) => ({ model: "openai/*", tools: true, input_tokens: { gt: 100_000 + at } }),
  (at) => ({ any: [{ key: `key-${at}` }, { country: ["FR", "IT", "ES"], images: true }] }),
];

const rulesOf = (count: number): readonly RoutingRule[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `rule_${String(at).padStart(6, "0")}`,
    name: `Rule ${at}`,
    priority: at,
    starts_at: null,
    ends_at: null,
    conditions: KINDS[at % KINDS.length]?.(at) ?? {},
    action: { deny: "no" },
  }));

interface Measured {
  readonly compile_us: number;
  readonly decide_us: number;
  readonly complete: boolean;
}

function measure(count: number, decisions: number): Measured {
  const rules = rulesOf(count);
  const begun = performance.now();
  const compiled = compileRules(rules);
  const compile_us = (performance.now() - begun) * 1_000;
  let complete = true;
  const from = performance.now();
  for (let at = 0; at < decisions; at += 1) {
    const { rule, considered } = decide(compiled, FACTS);
    complete &&= rule === null && considered.length === count;
  }
  return { compile_us, decide_us: ((performance.now() - from) * 1_000) / decisions, complete };
}

/** What routing rules cost a request: all are tried and none applies, which is the dearest there is. */
export const rules: Harness = {
  about: "what routing rules cost a request",
  numbers: {
    rules: { usual: 1_000, quick: 1_000, least: 1, most: 100_000, what: "rules of the organisation" },
    decisions: { usual: 20_000, quick: 1_000, least: 1, most: 1_000_000, what: "requests" },
  },
  async run({ number }) {
    const decisions = number("decisions");
    measure(number("rules"), Math.min(decisions, 500));
    const one = measure(1, decisions);
    const all = measure(number("rules"), decisions);
    const ratio = all.decide_us / one.decide_us;
    console.log(`compiled once: ${all.compile_us.toFixed(0)} µs`);
    console.log(
      `a decision: ${all.decide_us.toFixed(1)} µs with ${number("rules")} rules, ${one.decide_us.toFixed(2)} µs with one, ${ratio.toFixed(0)} times`,
    );
    const violations = one.complete && all.complete ? [] : ["A rule was not tried."];
    return { violations, figures: { one, all, ratio } };
  },
};
