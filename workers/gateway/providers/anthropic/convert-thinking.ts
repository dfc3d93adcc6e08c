import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { ModelTraits } from "./model-traits.ts";
import type { Effort, Thinking } from "./wire.ts";

type AskedEffort = Exclude<NonNullable<ChatRequest["reasoning_effort"]>, "none">;

/** The share of `max_tokens` that may be spent on thinking, for models that take a budget. */
const BUDGET_SHARE = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.9,
  max: 0.95,
} as const satisfies Record<AskedEffort, number>;

/** The effort, for models that decide themselves how much to think. */
const EFFORT = {
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "xhigh",
  max: "max",
} as const satisfies Record<AskedEffort, Effort>;

/** The API refuses a smaller budget. */
const BUDGET_TOKENS_MIN = 1_024;

export interface ConvertedThinking {
  readonly thinking: Thinking | null;
  readonly effort: Effort | null;
  readonly warnings: readonly string[];
}

export interface ThinkingInput {
  readonly effort: ChatRequest["reasoning_effort"];
  readonly max_tokens: number;
  /** The field that bounded `max_tokens`, to be named in a refusal. */
  readonly max_tokens_param: string;
  readonly reasons: boolean;
  readonly forced_by: "caller" | "json" | null;
}

/**
 * `reasoning_effort` as thinking. Thinking and a forced tool exclude each other: a caller who asks for both is refused,
 * naming `tool_choice`; where the tool is ours, standing in for a JSON format, the format wins and a warning says so.
 */
export function convertThinking(input: ThinkingInput, traits: ModelTraits): ConvertedThinking | Refused {
  const { effort, forced_by } = input;
  if (effort === null || effort === undefined) return forced_by === null ? nothing() : off(traits, []);
  if (effort === "none") return input.reasons ? off(traits, ["reasoning_effort none"]) : nothing();
  if (!input.reasons || traits.thinking === "none")
    return nothing("reasoning_effort left out: the model does not reason");
  if (forced_by === "caller") {
    return refuse("unsupported_parameter", {
      param: "tool_choice",
      message:
        'A forced tool_choice cannot be combined with reasoning_effort. Use tool_choice "auto" or leave one out.',
    });
  }
  if (forced_by === "json") {
    const { thinking } = off(traits, []);
    return {
      thinking,
      effort: null,
      warnings: ["reasoning_effort left out: not possible with this response_format on this model"],
    };
  }
  switch (traits.thinking) {
    case "budget":
      return budget(effort, input);
    case "adaptive":
      return adaptive(effort, traits);
    default:
      return unreachable(traits.thinking);
  }
}

const nothing = (...warnings: readonly string[]): ConvertedThinking => ({ thinking: null, effort: null, warnings });

/** No thinking, as far as the model can do without. `asked` is what the warning begins with, if the caller asked. */
function off(traits: ModelTraits, asked: readonly string[]): ConvertedThinking {
  switch (traits.thinking_off) {
    case "omit":
      return nothing();
    case "disabled":
      return { thinking: { type: "disabled" }, effort: null, warnings: [] };
    case "never":
      return asked.length === 0
        ? nothing()
        : {
            thinking: null,
            effort: "low",
            warnings: asked.map((what) => `${what} became low: the model always reasons`),
          };
    default:
      return unreachable(traits.thinking_off);
  }
}

function budget(effort: AskedEffort, { max_tokens, max_tokens_param }: ThinkingInput): ConvertedThinking | Refused {
  const budget_tokens = Math.max(BUDGET_TOKENS_MIN, Math.floor(max_tokens * BUDGET_SHARE[effort]));
  if (budget_tokens >= max_tokens) {
    return refuse("invalid_request", {
      param: max_tokens_param,
      message: `Reasoning needs an output bound above ${BUDGET_TOKENS_MIN} tokens on this model.`,
    });
  }
  return { thinking: { type: "enabled", budget_tokens }, effort: null, warnings: [] };
}

/** `summarized`, because the newest models return no thinking text unless asked. */
function adaptive(effort: AskedEffort, traits: ModelTraits): ConvertedThinking {
  const lowered = effort === "xhigh" && !traits.xhigh;
  return {
    thinking: { type: "adaptive", display: "summarized" },
    effort: lowered ? "high" : EFFORT[effort],
    warnings: lowered ? ["reasoning_effort xhigh became high: the model has no xhigh"] : [],
  };
}
