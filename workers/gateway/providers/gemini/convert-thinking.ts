import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { Level, ModelTraits, ThinkingTraits } from "./model-traits.ts";

type Effort = NonNullable<ChatRequest["reasoning_effort"]>;

const BUDGETS = {
  none: 0,
  minimal: 512,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
} as const satisfies Record<Effort, number>;

const LEVELS = {
  none: "minimal",
  minimal: "minimal",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high",
} as const satisfies Record<Effort, Level>;

/** Least first. */
const ORDER: readonly Level[] = ["minimal", "low", "medium", "high"];

export interface ConvertedThinking {
  readonly config: object | null;
  readonly warnings: readonly string[];
}

/** `reasoning_effort` as a thinkingConfig of the model's own form. What the model cannot do is said in a warning. */
export function convertThinking(effort: ChatRequest["reasoning_effort"], { thinking }: ModelTraits): ConvertedThinking {
  if (effort == null) return { config: null, warnings: [] };
  if (thinking === null) {
    return {
      config: null,
      warnings: effort === "none" ? [] : ["reasoning_effort left out: the model does not reason"],
    };
  }
  const asked = effort === "none" ? ALWAYS[thinking.by] : [];
  const includeThoughts = effort !== "none";
  switch (thinking.by) {
    case "budget":
      return {
        config: { thinkingBudget: budgetOf(effort, thinking), includeThoughts },
        warnings: thinking.off ? [] : asked,
      };
    case "level":
      return { config: { thinkingLevel: levelOf(effort, thinking), includeThoughts }, warnings: asked };
    default:
      return unreachable(thinking);
  }
}

const ALWAYS = {
  budget: ["reasoning_effort none became the smallest budget: the model always reasons"],
  level: ["reasoning_effort none became the lowest level: the model always reasons"],
} as const;

function budgetOf(effort: Effort, { min, max, off }: Extract<ThinkingTraits, { by: "budget" }>): number {
  if (effort === "none" && off) return 0;
  return Math.min(max, Math.max(min, BUDGETS[effort]));
}

/** The model's own level, or the next above that it has: less thought than was asked for is worse than more. */
function levelOf(effort: Effort, { levels }: Extract<ThinkingTraits, { by: "level" }>): Level {
  const asked = ORDER.indexOf(LEVELS[effort]);
  return levels.find((one) => ORDER.indexOf(one) >= asked) ?? "high";
}
