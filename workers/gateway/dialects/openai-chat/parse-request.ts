import { describeIssue } from "../../../../schema/http/describe-issue.ts";
import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { type ChatRequest, chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";

/** Validates a chat completion request. A refusal names the first field at fault by its path. */
export function parseChatRequest(body: JsonObject): { readonly request: ChatRequest } | Refused {
  const parsed = chatRequestSchema.safeParse(body);
  if (!parsed.success) return refuse("invalid_request", describeIssue(parsed.error));
  const request = parsed.data;
  if (request.max_tokens != null && request.max_completion_tokens != null) {
    return refuse("invalid_request", {
      message: "Send `max_tokens` or `max_completion_tokens`, not both.",
      param: "max_tokens",
    });
  }
  return { request };
}
