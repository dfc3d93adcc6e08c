import { type ModelTraits as ClaudeTraits, modelTraits as claudeTraits } from "../anthropic/model-traits.ts";

/** What Converse passes on to some models only: elsewhere the field is a 400. */
export interface ModelTraits {
  /** Claude's fields beside Converse's own: thinking, `top_k`. */
  readonly claude: ClaudeTraits;
  /** How reasoning is asked for in `additionalModelRequestFields`. */
  readonly reasoning: "claude" | "nova" | "effort" | "none";
  readonly top_k: "claude" | "nova" | "none";
  /** Whether cache points are taken, and whether they may say how long. */
  readonly cache: "ttl" | "plain" | "none";
}

/** Another maker's model: Converse's own fields and no more. */
const PLAIN: ClaudeTraits = {
  thinking: "none",
  thinking_off: "omit",
  sampling: "both",
  forced_tool: true,
  xhigh: false,
};

/**
 * By the maker's name in the id, wherever it stands (`us.anthropic.claude-…`, an ARN that ends in it). The ARN of a profile
 * of one's own names no maker: such a model gets no field that it might not know.
 */
export function modelTraits(upstream_id: string): ModelTraits {
  if (/claude/.test(upstream_id)) {
    return { claude: claudeTraits(upstream_id), reasoning: "claude", top_k: "claude", cache: "ttl" };
  }
  if (/amazon\.nova/.test(upstream_id)) {
    const reasons = /amazon\.nova-(?:[2-9]|\d\d)/.test(upstream_id);
    return { claude: PLAIN, reasoning: reasons ? "nova" : "none", top_k: "nova", cache: "plain" };
  }
  if (/openai\.gpt-oss/.test(upstream_id)) return { claude: PLAIN, reasoning: "effort", top_k: "none", cache: "none" };
  return { claude: PLAIN, reasoning: "none", top_k: "none", cache: "none" };
}
