import { describeIssue } from "../../../../schema/http/describe-issue.ts";
import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import { completionsRequestSchema } from "../../../../schema/wire/openai-completions.ts";
import type { ParsedChat } from "../chat-dialect.ts";

/** Without an equivalent in a chat: each would change what the answer is. */
const REFUSED: readonly { readonly param: string; readonly asks: (value: unknown) => boolean }[] = [
  { param: "suffix", asks: (value) => typeof value === "string" && value !== "" },
  { param: "echo", asks: (value) => value === true },
  { param: "best_of", asks: (value) => typeof value === "number" && value > 1 },
  { param: "logprobs", asks: (value) => value !== null && value !== undefined },
];

/** The prompt as one message of a user, everything else as it came. */
export function parseRequest(body: JsonObject): ParsedChat | Refused {
  const parsed = completionsRequestSchema.safeParse(body);
  if (!parsed.success) return refuse("invalid_request", describeIssue(parsed.error));
  const { prompt, suffix: _suffix, echo: _echo, best_of: _best_of, logprobs: _logprobs, ...rest } = parsed.data;
  const refused = REFUSED.find(({ param, asks }) => asks(body[param]));
  if (refused !== undefined) {
    return refuse("unsupported_parameter", {
      param: refused.param,
      message: `\`${refused.param}\` has no equivalent in a chat, which is what answers here. Leave it out.`,
    });
  }
  const content = typeof prompt === "string" ? prompt : (prompt[0] ?? "");
  const chat = chatRequestSchema.safeParse({ ...rest, messages: [{ role: "user", content }] });
  if (!chat.success) return refuse("invalid_request", describeIssue(chat.error));
  return { request: chat.data, native_only: [], warnings: [] };
}
