import { isRefused } from "../../../../schema/kernel/errors.ts";
import { idList } from "../kit/id-list.ts";
import type { ProviderAdapter } from "../kit/provider.ts";
import { convertRequest } from "./convert-request.ts";
import { headersFor } from "./headers.ts";
import { nativeMessages } from "./native-messages.ts";
import { readError } from "./read-error.ts";
import { readWhole } from "./read-whole.ts";
import { type AnthropicState, streamFold } from "./stream-fold.ts";
import { SUPPORT } from "./support.ts";

/** Anthropic's Messages API. */
export const anthropic: ProviderAdapter<AnthropicState> = {
  kind: "anthropic",
  native_dialect: null,
  support: SUPPORT,
  translate(input) {
    const converted = convertRequest(input);
    if (isRefused(converted)) return converted;
    const { body, warnings, tool_names, json_tool } = converted;
    return {
      call: {
        url: `${input.account.base_url}/v1/messages`,
        headers: headersFor(input.account.credential),
        body: JSON.stringify(body),
      },
      warnings,
      tool_names,
      json_tool,
    };
  },
  readWhole,
  stream: streamFold,
  schema_by_tool: true,
  natives: { "anthropic-messages": nativeMessages },
  listModels: ({ base_url, credential }) => ({
    request: {
      url: `${base_url}/v1/models?limit=1000`,
      headers: headersFor(credential),
    },
    read: idList,
  }),
  readError,
};
