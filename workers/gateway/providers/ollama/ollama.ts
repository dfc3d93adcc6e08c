import { isJsonObject } from "../../../../schema/kernel/json.ts";
import type { ProviderAdapter } from "../kit/provider.ts";
import { headersFor } from "../openai/convert-request.ts";
import { createOpenAiAdapter } from "../openai/create-adapter.ts";
import type { OpenAiStreamState } from "../openai/stream-fold.ts";
import { SUPPORT } from "./support.ts";

const adapter = createOpenAiAdapter({
  kind: "ollama",
  support: SUPPORT,
  output_bound: "max_tokens",
  adjust: ({ request }) =>
    // It knows no choice of tools: without tools there is none to choose.
    request.tool_choice === "none"
      ? { fields: { tools: undefined, tool_choice: undefined }, warnings: [] }
      : { fields: {}, warnings: [] },
});

/** Ollama, by its endpoints in OpenAI's dialect; its list of models is its own, which has those that are installed. */
export const ollama: ProviderAdapter<OpenAiStreamState> = {
  ...adapter,
  listModels: ({ base_url, credential }) => ({
    request: { url: `${base_url.replace(/\/v1$/, "")}/api/tags`, headers: headersFor(credential) },
    read: ({ models }) => ({
      ids: (Array.isArray(models) ? models : []).flatMap((model) =>
        isJsonObject(model) && typeof model.name === "string" ? [model.name] : [],
      ),
      next_url: null,
    }),
  }),
};
