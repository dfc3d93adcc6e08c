import { refuse } from "../../../../schema/kernel/errors.ts";
import { isJsonObject } from "../../../../schema/kernel/json.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { ProviderAdapter } from "../kit/provider.ts";
import { headersFor } from "../openai/convert-request.ts";
import { createOpenAiAdapter } from "../openai/create-adapter.ts";
import type { OpenAiStreamState } from "../openai/stream-fold.ts";
import { SUPPORT } from "./support.ts";

const adapter = createOpenAiAdapter({
  kind: "ollama",
  support: SUPPORT,
  output_bound: "max_tokens",
  adjust: ({ request }) => {
    const param = remoteImage(request);
    if (param !== null) {
      const message = "The provider fetches no images: send the image as a data URL.";
      return refuse("unsupported_parameter", { param, message });
    }
    // It knows no choice of tools: without tools there is none to choose.
    const without = request.tool_choice === "none" ? { tools: undefined, tool_choice: undefined } : {};
    return { fields: without, warnings: [] };
  },
});

/** The path of the first image that is somewhere else. */
function remoteImage({ messages }: ChatRequest): string | null {
  for (const [at, { content }] of messages.entries()) {
    if (!Array.isArray(content)) continue;
    const part = content.findIndex((item) => item.type === "image_url" && !/^data:/i.test(item.image_url.url));
    if (part !== -1) return `messages[${at}].content[${part}].image_url.url`;
  }
  return null;
}

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
