import { isRefused, refuse } from "../../../../schema/kernel/errors.ts";
import { isJsonObject, type JsonObject } from "../../../../schema/kernel/json.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import { convertUsage } from "../openai/convert-usage.ts";
import { createOpenAiAdapter } from "../openai/create-adapter.ts";
import { SUPPORT } from "./support.ts";

/** DeepSeek. */
export const deepseek = createOpenAiAdapter({
  kind: "deepseek",
  support: SUPPORT,
  output_bound: "max_tokens",
  usageOf: ({ usage }) => convertUsage(isJsonObject(usage) ? withHits(usage) : usage),
  adjust: ({ request, model }) => {
    if (request.response_format?.type === "json_schema") {
      const message =
        "The provider holds answers to JSON, and to no schema: send json_object and say the schema in the prompt.";
      return refuse("unsupported_parameter", { param: "response_format", message });
    }
    const thinks = model.capabilities.includes("reasoning") ? whileThinking(request) : { warnings: [] };
    return isRefused(thinks) ? thinks : { fields: {}, ...thinks };
  },
});

const WITHOUT_EFFECT = ["temperature", "top_p", "presence_penalty", "frequency_penalty"] as const;

/** Its models think unless they are told not to, and then take no sampling parameters. */
function whileThinking(request: ChatRequest) {
  const { thinking } = request;
  if (typeof thinking === "object" && thinking !== null && "type" in thinking && thinking.type === "disabled") {
    return { warnings: [] };
  }
  if (request.logprobs === true) {
    return refuse("unsupported_parameter", {
      param: "logprobs",
      message: "The model gives no log probabilities while it thinks.",
    });
  }
  const given = WITHOUT_EFFECT.filter((name) => request[name] != null);
  return { warnings: given.map((name) => `${name} has no effect while the model thinks`) };
}

/** Older answers say what came of the cache in fields of their own. */
const withHits = (usage: JsonObject): JsonObject =>
  usage.prompt_cache_hit_tokens === undefined || isJsonObject(usage.prompt_tokens_details)
    ? usage
    : { ...usage, prompt_tokens_details: { cached_tokens: usage.prompt_cache_hit_tokens } };
