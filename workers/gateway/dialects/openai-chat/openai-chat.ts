import { openAiEnvelope } from "../../../../schema/http/error-response.ts";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { ChatDialect } from "../chat-dialect.ts";
import { parseChatRequest } from "./parse-request.ts";
import { createPassRenderer } from "./pass-stream.ts";
import { createChunkRenderer } from "./render-stream.ts";
import { renderWhole } from "./render-whole.ts";

const wantsUsage = ({ stream_options }: ChatRequest): boolean => stream_options?.include_usage === true;

/** OpenAI's Chat Completions, which the canonical request is written in. */
export const openAiChat: ChatDialect = {
  id: "openai-chat",
  id_prefix: "chatcmpl-",
  forwarded_headers: [],
  parse: (body) => {
    const parsed = parseChatRequest(body);
    return isRefused(parsed) ? parsed : { request: parsed.request, native_only: [], warnings: [] };
  },
  renderWhole: (parts, { identity }, usage) => renderWhole(parts, identity, usage),
  createRenderer: ({ identity, request }) => createChunkRenderer({ identity, include_usage: wantsUsage(request) }),
  createPassRenderer: ({ identity, request }) => createPassRenderer({ identity, include_usage: wantsUsage(request) }),
  errorEnvelope: openAiEnvelope,
};
