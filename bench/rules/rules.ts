import { type TargetHealth, unknownHealth } from "../../schema/health/target-health.ts";
import type { Conditions } from "../../schema/routing/conditions.ts";
import { compileRules, decide, type RoutingRule } from "../../schema/routing/decide.ts";
import type { RequestFacts } from "../../schema/routing/facts.ts";
import type { Harness } from "../harness/harness.ts";
import { figure, table } from "../report/table.ts";
import { replayBehind } from "./replay.ts";

const WELL: TargetHealth = {
  state: "healthy",
  breaker: "closed",
  probe: false,
  calls: 1_000,
  error_rate: 0.01,
  latency_p50_ms: 900,
  latency_p95_ms: 4_000,
  first_byte_p50_ms: 250,
  first_byte_p95_ms: 900,
};

const FACTS: RequestFacts = {
  model: "openai/gpt-5",
  operation: "chat",
  dialect: "openai-chat",
  key: "key_1",
  wallet: "wal_1",
  team: "team_1",
  cost_center: "4711",
  feature: "search",
  subject: "user-7",
  session: null,
  country: "DE",
  regions: ["europe", "eu", "eea"],
  tags: { env: "prod", team: "blue" },
  metadata: { ticket: "4711" },
  input_tokens: 1_200,
  max_output_tokens: null,
  estimated_cost_nano_usd: 50_000_000,
  wallet_used_percent: 81.25,
  tools: true,
  images: false,
  json: false,
  reasoning: false,
  stream: true,
  at: Date.UTC(2026, 2, 11, 12),
  health: (name) => (name.startsWith("openai") ? WELL : unknownHealth(name)),
};

/** Kinds of conditions, none of which holds, so that every rule is tried. */
const KINDS: Readonly<Record<string, (at: number) => Conditions>> = {
  "model, patterns": (at) => ({ model: [`acme/model-${at}`, `acme/*-${at}`] }),
  "model, tag": (at) => ({ model: "openai/*", tags: { team: `team-${at}` } }),
  "feature, tokens": (at) => ({ model: "openai/gpt-5", feature: { not: "search" }, input_tokens: { gt: at } }),
  "tools, tokens": (at) => ({ model: "openai/*", tools: true, input_tokens: { gt: 100_000 + at } }),
  "any of key, country": (at) => ({ any: [{ key: `key-${at}` }, { country: ["FR", "IT", "ES"], images: true }] }),
  "team, cost center": (at) => ({ team: `team-${at}`, cost_center: { not: "4711" } }),
  "region, estimated cost": (at) => ({ region: "eu", estimated_cost_usd: { gt: `1.${at}` } }),
  "region, budget used": (at) => ({
    region: { not: ["asia", "africa"] },
    wallet_used_percent: { gte: 82 + (at % 18) },
  }),
  metadata: (at) => ({ metadata: { ticket: `t-${at}*` } }),
  "health of a provider": () => ({ health: { openai: ["degraded", "down"] } }),
  "latency of a model": (at) => ({ latency_p95_ms: { "openai/gpt-5": { gt: 10_000 + at } } }),
  "error rate, first byte": (at) => ({
    error_rate: { "openai/gpt-5": { gte: 0.5 } },
    first_byte_p50_ms: { openai: { lt: at % 100 } },
  }),
  "days in a zone": () => ({ time: { days: ["sat", "sun"], zone: "Europe/Berlin" } }),
  "hours in a zone": () => ({ time: { from: "22:00", to: "06:00", zone: "America/New_York" } }),
  "all, any and not, nested": (at) => ({
    all: [{ model: "openai/*" }, { any: [{ not: { stream: true } }, { key: `key-${at}` }] }],
  }),
};

const rulesOf = (count: number, kinds: readonly ((at: number) => Conditions)[]): readonly RoutingRule[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `rule_${String(at).padStart(6, "0")}`,
    name: `Rule ${at}`,
    priority: at,
    starts_at: null,
    ends_at: null,
    conditions: kinds[at % kinds.length]?.(at) ?? {},
    action: { deny: "no" },
  }));

/** Of this process: other work on the machine is none of it. */
function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

interface Measured {
  readonly compile_us: number;
  readonly decide_us: number;
  readonly complete: boolean;
}

function measure(count: number, decisions: number, kinds = Object.values(KINDS)): Measured {
  const rules = rulesOf(count, kinds);
  const begun = cpuMicroseconds();
  const compiled = compileRules(rules);
  const compile_us = cpuMicroseconds() - begun;
  let complete = true;
  const from = cpuMicroseconds();
  for (let at = 0; at < decisions; at += 1) {
    const { rule, considered } = decide(compiled, FACTS);
    complete &&= rule === null && considered.length === count;
  }
  return { compile_us, decide_us: (cpuMicroseconds() - from) / decisions, complete };
}

/** Kinds that the request log tells all about. */
const LOGGED = ["model, patterns", "model, tag", "feature, tokens", "team, cost center", "days in a zone"];

/** A replay of a draft on past requests, in milliseconds of CPU; all rules are tried on each of them. */
function measureReplay(count: number, requests: number, kinds = Object.values(KINDS)) {
  const rules = rulesOf(count, kinds);
  const from = cpuMicroseconds();
  const replayed = replayBehind(rules, requests);
  return { ...replayed, cpu_ms: (cpuMicroseconds() - from) / 1_000 };
}

/** What routing rules cost a request: all are tried and none applies, which is the dearest there is. */
export const rules: Harness = {
  about: "what routing rules cost a request",
  numbers: {
    rules: { usual: 1_000, quick: 1_000, least: 1, most: 100_000, what: "rules of the organisation" },
    replayed: {
      usual: 5_000,
      quick: 500,
      least: 1,
      most: 1_000_000,
      what: "requests of the log that a draft is tried on",
    },
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
    const each = Object.entries(KINDS).map(([kind, conditions]) => {
      const measured = measure(number("rules"), Math.max(1, Math.floor(decisions / 10)), [conditions]);
      return { kind, ...measured, rule_ns: (measured.decide_us * 1_000) / number("rules") };
    });
    const rows = each.map(({ kind, rule_ns }) => [kind, figure(rule_ns)]);
    console.log(`\n${table(["conditions of a rule", "ns a rule"], rows)}`);
    const known = Object.entries(KINDS).flatMap(([kind, conditions]) => (LOGGED.includes(kind) ? [conditions] : []));
    const replays = {
      known: measureReplay(number("rules"), number("replayed"), known),
      mixed: measureReplay(number("rules"), number("replayed")),
    };
    for (const [kinds, { cpu_ms, decides, not_known }] of Object.entries(replays)) {
      console.log(
        `a replay of ${number("replayed")} requests on ${number("rules")} ${kinds} rules: ${cpu_ms.toFixed(0)} ms; ${decides} decided, ${not_known} not known`,
      );
    }
    const complete = [one, all, ...each].every((measured) => measured.complete);
    return { violations: complete ? [] : ["A rule was not tried."], figures: { one, all, ratio, each, replays } };
  },
};
