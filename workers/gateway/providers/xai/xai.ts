import { refuse } from "../../../../schema/kernel/errors.ts";
import { isJsonObject } from "../../../../schema/kernel/json.ts";
import { convertUsage } from "../openai/convert-usage.ts";
import { createOpenAiAdapter } from "../openai/create-adapter.ts";
import { SUPPORT } from "./support.ts";

const PENALTIES = ["presence_penalty", "frequency_penalty"] as const;

/** xAI. Its reasoning tokens come on top of `completion_tokens`, not in them, and are billed like them. */
export const xai = createOpenAiAdapter({
  kind: "xai",
  support: SUPPORT,
  output_bound: "max_completion_tokens",
  usageOf: ({ usage }) => {
    if (!isJsonObject(usage)) return null;
    const { output = 0, reasoning = 0, ...rest } = convertUsage(usage) ?? {};
    // Should a model count them as OpenAI does, its total says so.
    const apart = usage.total_tokens !== Number(usage.prompt_tokens) + Number(usage.completion_tokens);
    const searches = usage.num_sources_used;
    return {
      ...rest,
      output: apart ? output + reasoning : output,
      reasoning,
      ...(typeof searches === "number" ? { search: searches } : {}),
    };
  },
  adjust: ({ request, model }) => {
    if (!model.capabilities.includes("reasoning")) return { fields: {}, warnings: [] };
    // Models that reason answer these with an error.
    if (request.stop != null) {
      return refuse("unsupported_parameter", {
        param: "stop",
        message: "The provider's reasoning models take no `stop`.",
      });
    }
    const given = PENALTIES.filter((name) => request[name] != null);
    return {
      fields: Object.fromEntries(given.map((name) => [name, undefined])),
      warnings: given.filter((name) => request[name] !== 0).map((name) => `${name} left out: the model takes none`),
    };
  },
});
