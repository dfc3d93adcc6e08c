import { openAiEnvelope } from "../../../../schema/http/error-response.ts";
import type { ChatDialect } from "../chat-dialect.ts";
import { parseRequest } from "./parse-request.ts";
import { createPassRenderer } from "./pass-stream.ts";
import { createResponsesRenderer } from "./render-stream.ts";
import { renderWhole } from "./render-whole.ts";

/** OpenAI's Responses: what the newer calls of its SDKs and Codex speak. */
export const openAiResponses: ChatDialect = {
  id: "openai-responses",
  id_prefix: "resp_",
  forwarded_headers: [],
  parse: parseRequest,
  renderWhole,
  createRenderer: createResponsesRenderer,
  createPassRenderer,
  errorEnvelope: openAiEnvelope,
};
