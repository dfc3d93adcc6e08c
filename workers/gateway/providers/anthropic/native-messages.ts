import type { NativeProtocol } from "../kit/provider.ts";
import { headersFor } from "./headers.ts";
import { readWhole } from "./read-whole.ts";
import { type AnthropicState, streamFold } from "./stream-fold.ts";

/** The caller's own Messages request: as it came, but for the model's name and the credential. */
export const nativeMessages: NativeProtocol<AnthropicState> = {
  translate: ({ body, headers, account, model }) => ({
    call: {
      url: `${account.base_url}/v1/messages`,
      headers: { ...headers, ...headersFor(account.credential) },
      body: JSON.stringify({ ...body, model: model.upstream_id }),
    },
    warnings: [],
    tool_names: new Map(),
    json_tool: null,
  }),
  readWhole,
  stream: streamFold,
};
