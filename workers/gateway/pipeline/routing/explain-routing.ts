import { ERRORS, isRefused, type Refused } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { formatUsd, nanoUsd } from "../../../../schema/kernel/money.ts";
import { decide } from "../../../../schema/routing/decide.ts";
import { anthropicMessages } from "../../dialects/anthropic-messages/anthropic-messages.ts";
import { openAiChat } from "../../dialects/openai-chat/openai-chat.ts";
import { openAiResponses } from "../../dialects/openai-responses/openai-responses.ts";
import type { KeyEntry } from "../../stores/api-keys.ts";
import type { OrgSnapshot } from "../../stores/org-snapshot.ts";
import { parseEmbeddings } from "../embeddings-operation.ts";
import type { NeededCapability } from "../plan.ts";
import { parseRerank } from "../rerank-operation.ts";
import { healthIn } from "./health-in.ts";
import {
  type CallerFacts,
  chatShape,
  factsOf,
  pricedFacts,
  type RequestShape,
  textsShape,
  withHealth,
  withWalletUse,
} from "./request-shape.ts";
import { routeRequest } from "./route-request.ts";

/** The routes whose requests can be explained. */
export const EXPLAINED_ROUTES = [
  "/v1/chat/completions",
  "/v1/messages",
  "/v1/responses",
  "/v1/embeddings",
  "/v1/rerank",
] as const;
export type ExplainedRoute = (typeof EXPLAINED_ROUTES)[number];

interface Read {
  readonly model: string;
  readonly needed: NeededCapability;
  readonly shape: RequestShape;
}

const CHAT = {
  "/v1/chat/completions": openAiChat,
  "/v1/messages": anthropicMessages,
  "/v1/responses": openAiResponses,
} as const;

/** A body as its route reads it, so far as routing looks at it. */
export function readExplained(route: ExplainedRoute, body: JsonObject): Read | Refused {
  if (route === "/v1/embeddings") {
    const parsed = parseEmbeddings(body);
    if (isRefused(parsed)) return parsed;
    const { model, input } = parsed.request;
    return { model, needed: "embeddings", shape: textsShape("embeddings", "openai-embeddings", input) };
  }
  if (route === "/v1/rerank") {
    const parsed = parseRerank(body);
    if (isRefused(parsed)) return parsed;
    const { model, query, documents } = parsed.request;
    return { model, needed: "rerank", shape: textsShape("rerank", "rerank", [query, documents]) };
  }
  const dialect = CHAT[route];
  const parsed = dialect.parse(body);
  if (isRefused(parsed)) return parsed;
  return { model: parsed.request.model, needed: "chat", shape: chatShape(parsed.request, dialect.id) };
}

/** What would happen to a request: the rules that are tried, the model, or the refusal. Nothing is called or held. */
export function explainRouting(
  read: Read,
  caller: CallerFacts,
  wallet_used_percent: number | null,
  key: KeyEntry,
  snapshot: OrgSnapshot,
  request_id: string,
  now: number,
) {
  const told = withWalletUse(factsOf(read.model, read.shape, caller), wallet_used_percent);
  const input = { facts: withHealth(told, healthIn(snapshot, now)), needed: read.needed, key, snapshot, request_id };
  const facts = pricedFacts(input);
  const { rule, considered } = decide(snapshot.rules, facts);
  const routed = routeRequest(input);
  const cost = facts.estimated_cost_nano_usd;
  const base = {
    asked: facts.model,
    rule: rule === null ? null : { id: rule.id, name: rule.name },
    considered,
    facts: {
      input_tokens: facts.input_tokens,
      tools: facts.tools,
      images: facts.images,
      json: facts.json,
      team: facts.team,
      cost_center: facts.cost_center,
      regions: facts.regions,
      estimated_cost_usd: cost === null ? null : formatUsd(nanoUsd(cost)),
      wallet_used_percent,
    },
  };
  if (isRefused(routed)) {
    const { code, message = ERRORS[code].public_text } = routed.refused;
    return {
      ...base,
      model: null,
      provider: null,
      how: null,
      continue: false,
      then: [],
      candidates: [],
      experiment: null,
      not_in_experiments: [],
      refused: { code, message },
    };
  }
  const [attempt, ...others] = routed.plan.attempts;
  return {
    ...base,
    model: attempt.name,
    provider: attempt.account.id,
    how: routed.routing.how,
    continue: routed.routing.continue ?? false,
    then: others.map(({ name }) => name),
    candidates: routed.routing.candidates.map(({ cost_nano_usd, ...candidate }) => ({
      ...candidate,
      ...(cost_nano_usd == null ? {} : { cost_usd: formatUsd(nanoUsd(cost_nano_usd)) }),
    })),
    experiment: routed.routing.experiment ?? null,
    not_in_experiments: routed.routing.not_in_experiments ?? [],
    refused: null,
  };
}
