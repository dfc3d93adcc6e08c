import type { HealthLookup } from "../../../../schema/health/target-health.ts";
import type { RequestFacts } from "../../../../schema/routing/facts.ts";
import { regionsOf } from "../../../../schema/routing/regions.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import { costAsked, type RouteInput } from "./candidate.ts";

/** What a request's body tells a routing rule. Sizes are made when a rule asks for them. */
export type RequestShape = Pick<
  RequestFacts,
  | "operation"
  | "dialect"
  | "metadata"
  | "input_tokens"
  | "max_output_tokens"
  | "tools"
  | "images"
  | "json"
  | "reasoning"
  | "stream"
>;

/** About: most tokens are four bytes of JSON. */
const BYTES_PER_TOKEN = 4;

const aboutTokens = (value: unknown): number => Math.ceil(JSON.stringify(value).length / BYTES_PER_TOKEN);

/** The shape of a chat request, in the canonical form. */
export function chatShape(request: ChatRequest, dialect: string): RequestShape {
  const { messages, tools, response_format: format, metadata } = request;
  let input_tokens: number | null = null;
  return {
    operation: "chat",
    dialect,
    metadata: textsOf(metadata),
    get input_tokens() {
      input_tokens ??= aboutTokens(messages) + (tools == null ? 0 : aboutTokens(tools));
      return input_tokens;
    },
    max_output_tokens: request.max_completion_tokens ?? request.max_tokens ?? null,
    tools: (tools ?? []).length > 0,
    get images() {
      return messages.some(hasImage);
    },
    json: format != null && format.type !== "text",
    reasoning: request.reasoning_effort != null && request.reasoning_effort !== "none",
    stream: request.stream === true,
  };
}

const hasImage = ({ content }: ChatRequest["messages"][number]): boolean =>
  Array.isArray(content) && content.some(({ type }) => type === "image_url");

const textsOf = (metadata: unknown): Readonly<Record<string, string>> =>
  typeof metadata === "object" && metadata !== null
    ? Object.fromEntries(Object.entries(metadata).filter(([, value]) => typeof value === "string"))
    : {};

/** The shape of what has texts and no conversation. */
export function textsShape(operation: "embeddings" | "rerank", dialect: string, texts: unknown): RequestShape {
  let input_tokens: number | null = null;
  return {
    operation,
    dialect,
    metadata: {},
    get input_tokens() {
      input_tokens ??= aboutTokens(texts);
      return input_tokens;
    },
    max_output_tokens: null,
    tools: false,
    images: false,
    json: false,
    reasoning: false,
    stream: false,
  };
}

/** Who asks, when, and how it is labelled: what the request's headers and its key tell a rule. */
export type CallerFacts = Pick<
  RequestFacts,
  "key" | "wallet" | "team" | "cost_center" | "feature" | "subject" | "session" | "country" | "tags" | "at"
>;

/** What is known of a request before the configuration of its org is looked at. */
export type AskedFacts = Omit<RequestFacts, "health">;

/** The facts that a request tells by itself. What the shape makes when it is asked is not made before. */
export const factsOf = (model: string, shape: RequestShape, caller: CallerFacts): AskedFacts => ({
  ...caller,
  model,
  operation: shape.operation,
  dialect: shape.dialect,
  metadata: shape.metadata,
  max_output_tokens: shape.max_output_tokens,
  tools: shape.tools,
  json: shape.json,
  reasoning: shape.reasoning,
  stream: shape.stream,
  get input_tokens() {
    return shape.input_tokens;
  },
  get images() {
    return shape.images;
  },
  get regions() {
    return regionsOf(caller.country);
  },
  // Neither is the request's own: see `pricedFacts` and `withWalletUse`.
  estimated_cost_nano_usd: null,
  wallet_used_percent: null,
});

/** The facts with how much of the wallet is used. */
export const withWalletUse = (facts: AskedFacts, wallet_used_percent: number | null): AskedFacts =>
  withFact(facts, { wallet_used_percent: { value: wallet_used_percent, enumerable: true } });

/** The facts with how providers and models are. */
export const withHealth = (facts: AskedFacts, health: HealthLookup): RequestFacts =>
  withFact(facts, { health: { value: health, enumerable: true } });

/** All facts, with what the request would about cost where it asks to go, made when a rule asks for it. */
export function pricedFacts(input: RouteInput): RequestFacts {
  let cost: number | null | undefined;
  const get = (): number | null => {
    if (cost === undefined) cost = costAsked(input);
    return cost;
  };
  return withFact(input.facts, { estimated_cost_nano_usd: { get, enumerable: true } });
}

/** What was not made before is not made by this, which every request pays for: nothing is copied. */
const withFact = (facts: AskedFacts, fact: PropertyDescriptorMap) => Object.create(facts, fact);
