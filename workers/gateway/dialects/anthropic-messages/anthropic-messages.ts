import type { ChatDialect } from "../chat-dialect.ts";
import { anthropicEnvelope } from "./error-envelope.ts";
import { parseRequest } from "./parse-request.ts";
import { createPassRenderer } from "./pass-stream.ts";
import { createMessagesRenderer } from "./render-stream.ts";
import { renderWhole } from "./render-whole.ts";

/** Anthropic's Messages: what its SDKs and Claude Code speak. */
export const anthropicMessages: ChatDialect = {
  id: "anthropic-messages",
  id_prefix: "msg_",
  forwarded_headers: ["anthropic-beta"],
  parse: parseRequest,
  renderWhole: (parts, { identity }, usage) => renderWhole(parts, identity, usage),
  createRenderer: ({ identity }) => createMessagesRenderer(identity),
  createPassRenderer: () => createPassRenderer(),
  errorEnvelope: anthropicEnvelope,
};
