import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";

type Effort = NonNullable<ChatRequest["reasoning_effort"]>;

/** How a model's reasoning is asked for: always on, in levels, or on and off alone. By its name: a wrong level is a 422. */
const FAMILIES = [
  { beginning: "magistral", levels: null },
  { beginning: "mistral-large-4", levels: ["none", "low", "medium", "high"] },
] as const;

const ON_OR_OFF = ["none", "high"] as const;

/** The levels from the least to the most. */
const ORDER: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

export interface ConvertedReasoning {
  readonly fields: { readonly reasoning_effort?: string };
  readonly warnings: readonly string[];
}

/**
 * `reasoning_effort` in the levels that the model has: the asked one, else the next above, else the highest, and a warning
 * that says so. Source: the Mistral AI documentation, Reasoning.
 */
export function convertReasoning(effort: ChatRequest["reasoning_effort"], model: ModelInfo): ConvertedReasoning {
  if (effort === null || effort === undefined) return { fields: {}, warnings: [] };
  if (!model.capabilities.includes("reasoning")) {
    return effort === "none" ? { fields: {}, warnings: [] } : leftOut("the model does not reason");
  }
  const family = FAMILIES.find(({ beginning }) => model.upstream_id.startsWith(beginning));
  if (family?.levels === null) return leftOut("the model always reasons");
  const levels: readonly Effort[] = family?.levels ?? ON_OR_OFF;
  const taken = levels.find((level) => ORDER.indexOf(level) >= ORDER.indexOf(effort)) ?? "high";
  return {
    fields: { reasoning_effort: taken },
    warnings: taken === effort ? [] : [`reasoning_effort ${effort} became ${taken}: the model has no ${effort}`],
  };
}

const leftOut = (why: string): ConvertedReasoning => ({
  fields: {},
  warnings: [`reasoning_effort left out: ${why}`],
});
