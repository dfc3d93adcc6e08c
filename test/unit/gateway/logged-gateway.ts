import { expect } from "vitest";
import { type GatewayOptions, wholeGateway } from "./whole-gateway.ts";

const REPLAY = "/v1/routing/replay";
/** A Tuesday. */
export const YESTERDAY = "2026-03-10";
export const PERIOD = { from: `${YESTERDAY}T00:00:00Z`, to: "2026-03-11T00:00:00Z" };
/** The n-th second of yesterday's noon. */
export const noon = (second: number): number => Date.parse(`${YESTERDAY}T12:00:00Z`) + 1_000 * second;

const RATES: Readonly<Record<string, number>> = { dear: 9_000_000, cheap: 1_000_000, other: 2_000_000, blind: 500_000 };

type Cell = string | number | null;
type Row = Readonly<Record<string, Cell>>;

/** A gateway with models of known prices, and rows of its request log: a chat of 1,000 tokens each unless they say otherwise. */
export async function gatewayWithLog(rows: readonly Row[], rules: readonly Row[] = [], options: GatewayOptions = {}) {
  const made = await wholeGateway(options);
  const { d1, org_id } = made;
  await made.addProvider({ id: "acme" });
  for (const [name, rate] of Object.entries(RATES)) {
    d1.insert("model_prices", {
      id: `prc_${name}`,
      org_id,
      provider_id: "acme",
      model: name,
      effective_from: noon(100_000),
      rates: JSON.stringify({ input: rate, output: 2 * rate }),
      capabilities: JSON.stringify(name === "blind" ? ["chat"] : ["chat", "tools", "vision"]),
      created_at: 0,
    });
  }
  for (const [at, rule] of rules.entries()) {
    d1.insert("routing_rules", {
      id: `rule_${at}`,
      org_id,
      name: `Rule ${at}`,
      priority: 10 * at,
      created_at: 0,
      ...rule,
    });
  }
  for (const [at, row] of rows.entries()) {
    d1.insert("request_log", {
      event_id: `wal_1:${String(at).padStart(6, "0")}`,
      request_id: `req_${at}`,
      org_id,
      wallet_id: "wal_1",
      key_id: "key_gone",
      at: noon(at) + 500,
      started_at: noon(at),
      route: "/v1/chat/completions",
      dialect: "openai-chat",
      provider_id: "acme",
      provider_kind: "openai",
      model: "acme/dear",
      stream: 0,
      outcome: "completed",
      status: 200,
      finish_reason: "stop",
      cost_nano_usd: 10_000,
      hold_nano_usd: 10_000,
      usage: '{"input":900,"output":100}',
      input_tokens: 900,
      output_tokens: 100,
      usage_source: "provider",
      estimated: 0,
      unsettled: 0,
      unpriced: "[]",
      price_id: "prc_then",
      attempts: 1,
      latency_ms: 500,
      tags: "{}",
      batch_id: "b",
      ...row,
    });
  }
  return {
    ...made,
    replay: async (body: object = {}) => {
      const response = await made.post(REPLAY, { ...PERIOD, ...body });
      return { status: response.status, body: JSON.parse(await response.text()) };
    },
  };
}

type Gateway = Awaited<ReturnType<typeof gatewayWithLog>>;
export const answerOf = async (on: Gateway, body: object = {}) => {
  const { status, body: answer } = await on.replay(body);
  expect(status, JSON.stringify(answer)).toBe(200);
  return answer;
};
export const rule = (change: object): { readonly rule: object } => ({
  rule: { when: {}, then: { model: "acme/cheap" }, ...change },
});
export const saved = (when: object, then: object, change: Row = {}): Row => ({
  when: JSON.stringify(when),
  then: JSON.stringify(then),
  ...change,
});
