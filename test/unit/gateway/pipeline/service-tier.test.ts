import { beforeEach, describe, expect, it } from "vitest";
import type { Part } from "../../../../schema/canonical/parts.ts";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import type { Price } from "../../../../schema/pricing/price.ts";
import { openAiChat } from "../../../../workers/gateway/dialects/openai-chat/openai-chat.ts";
import type { Env } from "../../../../workers/gateway/env.ts";
import { chatOperation } from "../../../../workers/gateway/pipeline/chat-operation.ts";
import { Exchange } from "../../../../workers/gateway/pipeline/exchange.ts";
import type { Attempt } from "../../../../workers/gateway/pipeline/plan.ts";
import { anthropic } from "../../../../workers/gateway/providers/anthropic/anthropic.ts";
import {
  attempt,
  CONTEXT,
  operation,
  PRICE,
  quietLogs,
  request,
  scope,
  standIn,
  tokenizerOf,
  usd,
  walletOf,
} from "../fixtures.ts";

beforeEach(() => {
  quietLogs();
});

/** A prompt token is 1 nano-dollar, half of it in the cheaper tier and three times as much in the dearer one. */
const TIERED: Price = {
  ...PRICE,
  service_tiers: {
    flex: { input: 500_000, output: 1_000_000 },
    priority: { input: 3_000_000, output: 6_000_000 },
  },
};

const on = attempt({ price: TIERED });

const asked = (change: object, at: Attempt = on) => {
  const parsed = { request: request(change), native_only: [], warnings: [] };
  return chatOperation({ dialect: openAiChat, parsed, body: {}, headers: new Headers() }, at);
};

/** The bill of a request for `tier` that its provider says it served in `served`. */
async function bill(tier: string | null, served: string | null) {
  const made = operation(tier === null ? {} : { service_tier: tier }, on);
  const exchange = new Exchange({
    scope: scope({ env: standIn<Env>({ TOKENIZER: tokenizerOf(5) }) }),
    operation: made,
    estimate: made.estimate(),
    context: CONTEXT,
    wallet: walletOf({}),
    available_nano_usd: usd(1_000),
    rate_headers: {},
  });
  const usage: Part = {
    type: "usage",
    usage: { input: 100, output: 50 },
    ...(served === null ? {} : { service_tier: served }),
  };
  exchange.meter.observe([usage, { type: "end" }]);
  return { ...(await exchange.bill()), held: made.attempt.price };
}

describe("a service tier", () => {
  it.each<[string, string | null, string | null, number, string]>([
    ["the list price when none is asked for", null, null, 200, "prc_1"],
    ["the list price by its names", "default", "default", 200, "prc_1"],
    ["its own price", "flex", "flex", 100, "prc_1#flex"],
    ["its own price when the provider does not say what it served", "priority", null, 600, "prc_1#priority"],
    ["the list price when the provider served the standard tier after all", "priority", "default", 200, "prc_1"],
    ["a dearer tier's price when the account is set to it", "auto", "priority", 600, "prc_1#priority"],
    ["what was asked for when the provider names a tier that nobody knows", "flex", "turbo", 100, "prc_1#flex"],
  ])("is billed at %s", async (_name, tier, served, cost_nano_usd, price_id) => {
    expect(await bill(tier, served)).toMatchObject({ cost_nano_usd, price_id });
  });

  it("is held at its own price, so that the dearer one is covered", () => {
    const dear = operation({ service_tier: "priority", max_tokens: 10 }, on).estimate().hold_nano_usd;
    expect(dear).toBe(3 * operation({ max_tokens: 10 }, on).estimate().hold_nano_usd);
  });

  it("without a price is refused before anything is held", () => {
    const refused = asked({ service_tier: "scale" });
    if (!isRefused(refused)) throw new Error("it was not refused");
    expect(refused.refused).toMatchObject({ code: "unsupported_parameter", param: "service_tier" });
  });

  it("that is not sent to the provider needs no price", () => {
    expect(isRefused(asked({ service_tier: "flex" }, attempt({ adapter: anthropic })))).toBe(false);
  });
});
