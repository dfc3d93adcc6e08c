import { type GatewayOptions, wholeGateway } from "../../whole-gateway.ts";

/** Only workerd has it; to a relay it is a TransformStream that changes nothing. */
Object.assign(globalThis, { IdentityTransformStream: TransformStream });

export const ASK = { model: "p/m", max_tokens: 4_000, messages: [{ role: "user", content: "Hello" }] };

/** A gateway with one provider `p` of a kind, whose one model `m` has a price. */
export async function messagesGateway(kind: string, options: GatewayOptions = {}) {
  const gateway = await wholeGateway(options);
  await gateway.addProvider({ id: "p", kind });
  gateway.d1.insert("model_prices", {
    id: "prc_test",
    org_id: gateway.org_id,
    provider_id: "p",
    model: "m",
    upstream_id: "claude-sonnet-4-5",
    effective_from: 0,
    rates: JSON.stringify({ input: 1_000_000, output: 1_000_000 }),
    capabilities: JSON.stringify(["chat", "tools", "vision", "reasoning"]),
    created_at: 0,
  });
  return {
    ...gateway,
    /** A Messages request, with what it differs in from a plain one. */
    ask: (change: object = {}) => gateway.post("/v1/messages", { ...ASK, ...change }),
  };
}
