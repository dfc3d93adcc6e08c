import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { Thinking } from "./wire.ts";

type AskedEffort = Exclude<NonNullable<ChatRequest["reasoning_effort"]>, "none">;

/** The share of the answer's bound that may be spent on thinking; the rest is left for what the caller sees. */
const BUDGET_SHARE = {
  minimal: 0.1,
  low: 0.25,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.9,
  max: 0.95,
} as const satisfies Record<AskedEffort, number>;

export interface ConvertedThinking {
  readonly thinking: Thinking | null;
  readonly warnings: readonly string[];
}

/**
 * `reasoning_effort` as thinking with a token budget. Models that reason do so unless told otherwise: without an effort
 * nothing is sent. Source: the Cohere documentation, Reasoning.
 */
export function convertThinking(
  effort: ChatRequest["reasoning_effort"],
  reasons: boolean,
  max_tokens: number,
): ConvertedThinking {
  if (effort === null || effort === undefined) return { thinking: null, warnings: [] };
  if (!reasons) {
    const warnings = effort === "none" ? [] : ["reasoning_effort left out: the model does not reason"];
    return { thinking: null, warnings };
  }
  if (effort === "none") return { thinking: { type: "disabled" }, warnings: [] };
  const token_budget = Math.max(1, Math.floor(max_tokens * BUDGET_SHARE[effort]));
  return { thinking: { type: "enabled", token_budget }, warnings: [] };
}
