import { isJsonObject, type Json, type JsonObject } from "../../../../schema/kernel/json.ts";
import { SEARCHES_PER_REQUEST_MAX } from "../../../../schema/pricing/input-bound.ts";
import type { NativeProtocol } from "../kit/provider.ts";
import { headersFor } from "./headers.ts";
import { readWhole } from "./read-whole.ts";
import { type AnthropicState, streamFold } from "./stream-fold.ts";

/** A search costs by the piece: one without a bound is bounded at what is held for it. */
function boundedTools({ tools }: JsonObject): { readonly tools?: Json } {
  if (!Array.isArray(tools)) return {};
  return {
    tools: tools.map((tool) => {
      const unbounded =
        isJsonObject(tool) && /^web_search_/.test(String(tool.type)) && (tool.max_uses ?? null) === null;
      return unbounded ? { ...tool, max_uses: SEARCHES_PER_REQUEST_MAX } : tool;
    }),
  };
}

/** The caller's own Messages request: as it came, but for the model's name and the credential. */
export const nativeMessages: NativeProtocol<AnthropicState> = {
  translate: ({ body, headers, account, model }) => ({
    call: {
      url: `${account.base_url}/v1/messages`,
      headers: { ...headers, ...headersFor(account.credential) },
      body: JSON.stringify({ ...body, ...boundedTools(body), model: model.upstream_id }),
    },
    warnings: [],
    tool_names: new Map(),
    json_tool: null,
  }),
  readWhole,
  stream: streamFold,
};
