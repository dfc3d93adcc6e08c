import { UNKNOWN_HEALTH } from "../../../../../schema/health/target-health.ts";
import type { RequestFacts } from "../../../../../schema/routing/facts.ts";
import { HEALTH_FIGURES } from "../../../../../schema/routing/facts.ts";
import { regionsOf } from "../../../../../schema/routing/regions.ts";
import type { LoggedRequest } from "../../../stores/logged-requests.ts";
import type { NeededCapability } from "../../plan.ts";

/** A request of the log as rules see it, with what the log does not hold of it. */
export interface PastRequest {
  readonly facts: RequestFacts;
  readonly needed: NeededCapability;
  /** Facts that are not known, by the names of the conditions that ask for them. The same set for all alike. */
  readonly unknown: ReadonlySet<string>;
  /** Whether its size has been asked for so far: the log has the tokens that were counted, rules go by bytes. */
  sizeAsked(): boolean;
}

const OPERATIONS: Readonly<Record<string, "embeddings" | "rerank">> = {
  "/v1/embeddings": "embeddings",
  "/v1/rerank": "rerank",
};

/** Nothing is known of the health of then, of any request. */
const OF_HEALTH = ["health", ...HEALTH_FIGURES];
/** Of a chat the body tells these alone, and bodies are not kept. */
const OF_CHAT = ["metadata", "max_output_tokens", "estimated_cost_usd", "json", "reasoning"];

export function pastRequest(row: LoggedRequest): PastRequest {
  const operation = OPERATIONS[row.route] ?? "chat";
  const chat = operation === "chat";
  const sized = row.input_tokens > 0;
  // An answer that calls a tool, and an image that was counted, tell of the request.
  const tools = row.finish_reason === "tool_calls";
  const images = (row.usage?.image_input ?? 0) > 0;
  let size_asked = false;
  const facts: RequestFacts = {
    model: row.asked ?? row.model,
    operation,
    dialect: row.dialect,
    key: row.key_id,
    wallet: row.wallet_id,
    team: row.team_id,
    cost_center: row.cost_center,
    feature: row.feature,
    subject: row.subject,
    session: null,
    country: row.country,
    regions: regionsOf(row.country),
    tags: row.tags,
    metadata: {},
    get input_tokens() {
      size_asked = true;
      return row.input_tokens;
    },
    max_output_tokens: null,
    estimated_cost_nano_usd: null,
    wallet_used_percent: row.wallet_used_percent,
    tools,
    images,
    json: false,
    reasoning: false,
    stream: row.stream !== 0,
    at: row.started_at,
    health: () => UNKNOWN_HEALTH,
  };
  const unknown = setOf([
    ...OF_HEALTH,
    ...(chat ? OF_CHAT : []),
    ...(chat && !tools ? ["tools"] : []),
    ...(chat && !images ? ["images"] : []),
    ...(sized ? [] : ["input_tokens", "estimated_cost_usd"]),
    ...(row.wallet_used_percent === null ? ["wallet_used_percent"] : []),
  ]);
  return { facts, needed: operation, unknown, sizeAsked: () => size_asked };
}

const sets = new Map<string, ReadonlySet<string>>();

/** One set for all that lack the same: there are a few dozen. */
function setOf(names: readonly string[]): ReadonlySet<string> {
  const key = names.join();
  const known = sets.get(key);
  if (known !== undefined) return known;
  const made = new Set(names);
  sets.set(key, made);
  return made;
}
