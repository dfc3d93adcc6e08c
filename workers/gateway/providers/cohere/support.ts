import type { ProviderSupport } from "../kit/support.ts";
import { ALL_FEATURES, UNTRANSLATED, USUAL_TIER } from "../kit/support-rows.ts";

const NO_LOGPROBS = "Log probabilities are not offered with this provider.";

const outside =
  (low: number, high: number) =>
  (value: unknown): boolean =>
    typeof value === "number" && (value < low || value > high);

/** The most stop sequences that the API takes. */
const STOP_SEQUENCES_MAX = 5;

/**
 * What Chat v2 takes. What a caller sees as usage is what is billed (`billed_units`), which is less than the model reads.
 * Source: the Cohere API reference, v2, Chat.
 */
export const SUPPORT: ProviderSupport = {
  parameters: {
    ...UNTRANSLATED,
    max_tokens: { how: "passed" },
    max_completion_tokens: { how: "mapped", note: "max_tokens" },
    temperature: { how: "passed" },
    top_p: { how: "mapped", note: "p, whose ends are 0.01 and 0.99" },
    top_k: { how: "refused", note: "The provider's top_k ends at 500.", asks: outside(0, 500) },
    stop: {
      how: "refused",
      note: "The provider takes 5 stop sequences at most.",
      asks: (value) => Array.isArray(value) && value.length > STOP_SEQUENCES_MAX,
    },
    n: { how: "refused", note: "The provider gives one choice. Send the request n times." },
    seed: { how: "refused", note: "The provider's seed is not negative.", asks: outside(0, Number.MAX_SAFE_INTEGER) },
    presence_penalty: { how: "refused", note: "The provider's presence_penalty is from 0 to 1.", asks: outside(0, 1) },
    frequency_penalty: {
      how: "refused",
      note: "The provider's frequency_penalty is from 0 to 1.",
      asks: outside(0, 1),
    },
    logprobs: { how: "refused", note: NO_LOGPROBS },
    top_logprobs: { how: "refused", note: NO_LOGPROBS },
    tools: { how: "mapped", note: "tools, and strict_tools where all of them are strict" },
    tool_choice: { how: "mapped", note: "REQUIRED or NONE; a named function is the only one offered" },
    parallel_tool_calls: {
      how: "dropped",
      note: "the model may make several calls",
      asks: (value) => value === false,
    },
    response_format: { how: "mapped", note: "json_object, with the schema as json_schema; not together with tools" },
    reasoning_effort: { how: "mapped", note: "thinking, with a token budget" },
    service_tier: USUAL_TIER,
    user: { how: "dropped" },
  },
  other_parameters: "dropped",
  features: {
    ...ALL_FEATURES,
    tool_result_images: { refused: "Cohere takes text only in a tool's result" },
  },
};
