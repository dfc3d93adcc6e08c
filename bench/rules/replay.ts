import { sharedState } from "../../schema/health/shared-health.ts";
import type { ModelInfo } from "../../schema/pricing/price.ts";
import { compileRules, type RoutingRule } from "../../schema/routing/decide.ts";
import { judgeRequest } from "../../workers/gateway/pipeline/routing/replay/judge-request.ts";
import { DRAFT_ID, listRules } from "../../workers/gateway/pipeline/routing/replay/listed-rules.ts";
import { PartialRules } from "../../workers/gateway/pipeline/routing/replay/partial-rules.ts";
import { Tally } from "../../workers/gateway/pipeline/routing/replay/tally.ts";
import { keyOfNobody } from "../../workers/gateway/stores/api-keys.ts";
import type { LoggedRequest } from "../../workers/gateway/stores/logged-requests.ts";
import type { OrgSnapshot } from "../../workers/gateway/stores/org-snapshot.ts";

const ORG = "org_1";

const MODEL: ModelInfo = {
  upstream_id: "m",
  aliases: [],
  context_tokens: 128_000,
  max_output_tokens: 16_384,
  encoding: null,
  capabilities: ["chat", "tools"],
  prices: [{ price_id: "p", effective_from: 0, rates: { input: 1_000_000, output: 2_000_000 }, tiers: [] }],
};

const snapshotOf = (rules: readonly RoutingRule[]): OrgSnapshot => ({
  org_id: ORG,
  providers: new Map([
    [
      "openai",
      {
        account: { id: "openai", kind: "openai", base_url: "", credential: {}, region: null, settings: {} },
        timeouts: { first_byte_ms: 1, idle_ms: 1, total_ms: 1 },
        models: new Map([
          ["gpt-5", MODEL],
          ["gpt-5-mini", MODEL],
        ]),
        health: sharedState("unknown"),
      },
    ],
  ]),
  unusable: new Map(),
  countries: null,
  rules: compileRules(rules),
  experiments: [],
  by_model: new Map(),
});

const rowOf = (at: number): LoggedRequest => ({
  event_id: `wal_1:${at}`,
  request_id: `req_${at}`,
  at: 1_000 * at,
  started_at: 1_000 * at,
  route: "/v1/chat/completions",
  dialect: "openai-chat",
  provider_id: "openai",
  model: "openai/gpt-5",
  stream: at % 2,
  finish_reason: "stop",
  cache: null,
  key_id: "key_1",
  wallet_id: "wal_1",
  team_id: "team_1",
  cost_center: "4711",
  feature: "search",
  subject: `user-${at}`,
  country: "DE",
  tags: { env: "prod", team: "blue" },
  input_tokens: 1_200,
  usage: { input: 1_200, output: 300 },
  corrected_usage: null,
  cost_nano_usd: 10_000,
  adjusted_nano_usd: 0,
  asked: "openai/gpt-5",
  rule_id: null,
  tried_first: null,
  wallet_used_percent: null,
});

/** A replay of a draft behind all these rules, which applies to every request. Answers how many it decides and cannot tell of. */
export function replayBehind(rules: readonly RoutingRule[], requests: number) {
  const snapshot = snapshotOf(rules);
  const split = ["openai/gpt-5", "openai/gpt-5-mini"].map((model) => ({ model, weight: 1 }));
  const draft = { id: DRAFT_ID, name: "Draft", priority: 1_000_000, starts_at: null, ends_at: null, conditions: {} };
  const listed = listRules(snapshot.rules, { ...draft, enabled: true, action: { split, by: "subject" } });
  const configured = { snapshot, plans: new Map() };
  const replaying = { enabled: configured, with_disabled: configured, now: 1, partial: new PartialRules(listed.rules) };
  const key = { ...keyOfNobody(ORG), key_id: "key_1", wallet_id: "wal_1" };
  const tally = new Tally();
  for (let at = 0; at < requests; at += 1) {
    tally.add(`req_${at}`, judgeRequest(rowOf(at), key, true, listed, replaying));
  }
  const { decides, outcome } = tally.answer();
  return { decides, not_known: outcome.not_known };
}
