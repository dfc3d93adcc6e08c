import { isRefused, type Refused } from "../../../../schema/kernel/errors.ts";
import { type ConvertedThinking, convertThinking } from "../anthropic/convert-thinking.ts";
import type { TranslateInput } from "../kit/provider.ts";
import type { ModelTraits } from "./model-traits.ts";
import type { JsonObjectFields } from "./wire.ts";

export interface ConvertedReasoning {
  /** Of `additionalModelRequestFields`. */
  readonly fields: JsonObjectFields;
  /** What Claude's sampling depends on. */
  readonly claude: ConvertedThinking;
  readonly warnings: readonly string[];
}

const NO_THINKING: ConvertedThinking = { thinking: null, effort: null, warnings: [] };

/** The three efforts that Nova and gpt-oss have. */
const EFFORT = {
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high",
} as const;

/** `reasoning_effort` in the field that the model's maker has for it. */
export function convertReasoning(
  { request, model }: TranslateInput,
  traits: ModelTraits,
  bound: { readonly max_tokens: number; readonly param: string },
  forced_by: "caller" | "json" | null,
): ConvertedReasoning | Refused {
  const effort = request.reasoning_effort;
  if (traits.reasoning === "claude" || traits.reasoning === "none") {
    const claude = convertThinking(
      {
        effort,
        max_tokens: bound.max_tokens,
        max_tokens_param: bound.param,
        reasons: model.capabilities.includes("reasoning"),
        forced_by,
      },
      traits.claude,
    );
    if (isRefused(claude)) return claude;
    return {
      claude,
      fields: {
        ...(claude.thinking === null ? {} : { thinking: claude.thinking }),
        ...(claude.effort === null ? {} : { output_config: { effort: claude.effort } }),
      },
      warnings: claude.warnings,
    };
  }
  if (effort === null || effort === undefined) return { claude: NO_THINKING, fields: {}, warnings: [] };
  if (traits.reasoning === "nova") {
    // Source: Amazon Nova's user guide, extended thinking.
    const reasoningConfig =
      effort === "none" ? { type: "disabled" } : { type: "enabled", maxReasoningEffort: EFFORT[effort] };
    return { claude: NO_THINKING, fields: { reasoningConfig }, warnings: lowered(effort) };
  }
  return effort === "none"
    ? {
        claude: NO_THINKING,
        fields: { reasoning_effort: "low" },
        warnings: ["reasoning_effort none became low: the model always reasons"],
      }
    : { claude: NO_THINKING, fields: { reasoning_effort: EFFORT[effort] }, warnings: lowered(effort) };
}

const lowered = (effort: string): readonly string[] =>
  effort === "xhigh" || effort === "max" ? [`reasoning_effort ${effort} became high: the model has no ${effort}`] : [];
