import { isRefused } from "../../../../schema/kernel/errors.ts";
import { idList } from "../kit/id-list.ts";
import type { ProviderAdapter } from "../kit/provider.ts";
import { headersFor } from "../openai/convert-request.ts";
import { convertRequest } from "./convert-request.ts";
import { embeddings } from "./embeddings.ts";
import { readError } from "./read-error.ts";
import { readWhole } from "./read-whole.ts";
import { type MistralState, streamFold } from "./stream-fold.ts";
import { SUPPORT } from "./support.ts";

/**
 * Mistral AI: nearly OpenAI's dialect. Answers are rendered anew and not passed on as they came, because their content may be
 * a list of thinking and text, where clients of OpenAI's expect a text.
 */
export const mistral: ProviderAdapter<MistralState> = {
  kind: "mistral",
  native_dialect: null,
  support: SUPPORT,
  translate(input) {
    const converted = convertRequest(input);
    if (isRefused(converted)) return converted;
    const { body, warnings, tool_names } = converted;
    const { base_url, credential } = input.account;
    return {
      call: { url: `${base_url}/chat/completions`, headers: headersFor(credential), body: JSON.stringify(body) },
      warnings,
      tool_names,
      json_tool: null,
    };
  },
  readWhole,
  stream: streamFold,
  embeddings,
  listModels: ({ base_url, credential }) => ({
    request: { url: `${base_url}/models`, headers: headersFor(credential) },
    read: idList,
  }),
  readError,
};
