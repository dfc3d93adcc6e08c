import { isJsonObject, type JsonObject } from "../../../../schema/kernel/json.ts";
import { convertUsage } from "../openai/convert-usage.ts";
import { createOpenAiAdapter } from "../openai/create-adapter.ts";
import { SUPPORT } from "./support.ts";

/** Together AI. */
export const together = createOpenAiAdapter({
  kind: "together",
  support: SUPPORT,
  output_bound: "max_tokens",
  usageOf: ({ usage }) => convertUsage(isJsonObject(usage) ? withCached(usage) : usage),
  adjust: ({ request }) => ({
    fields: {
      ...(typeof request.stop === "string" ? { stop: [request.stop] } : {}),
      // There it is how many tokens are told about at each place.
      ...(request.logprobs === true ? { logprobs: request.top_logprobs ?? 1, top_logprobs: undefined } : {}),
    },
    warnings: [],
  }),
});

/** Cached tokens stand beside the prompt's and not in its details; they are part of them all the same. */
const withCached = (usage: JsonObject): JsonObject =>
  usage.cached_tokens === undefined || isJsonObject(usage.prompt_tokens_details)
    ? usage
    : { ...usage, prompt_tokens_details: { cached_tokens: usage.cached_tokens } };
