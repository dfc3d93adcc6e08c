import { describeIssue } from "../../../../schema/http/describe-issue.ts";
import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import { completionsRequestSchema } from "../../../../schema/wire/openai-completions.ts";
import type { ParsedChat } from "../chat-dialect.ts";
import { type RefusedField, refuseFields } from "../refuse-fields.ts";

const lacking = (param: string, asks: RefusedField["asks"]): RefusedField => ({
  param,
  asks,
  message: `\`${param}\` has no equivalent in a chat, which is what answers here. Leave it out.`,
});

/** Without an equivalent in a chat: each would change what the answer is. */
const LACKING: readonly RefusedField[] = [
  lacking("suffix", (value) => value !== ""),
  lacking("echo", (value) => value === true),
  lacking("best_of", (value) => typeof value === "number" && value > 1),
  lacking("logprobs", () => true),
];

/** The prompt as one message of a user, everything else as it came. */
export function parseRequest(body: JsonObject): ParsedChat | Refused {
  const parsed = completionsRequestSchema.safeParse(body);
  if (!parsed.success) return refuse("invalid_request", describeIssue(parsed.error));
  const { prompt, suffix: _suffix, echo: _echo, best_of: _best_of, logprobs: _logprobs, ...rest } = parsed.data;
  const refused = refuseFields(body, LACKING);
  if (refused !== null) return refused;
  const content = typeof prompt === "string" ? prompt : (prompt[0] ?? "");
  const chat = chatRequestSchema.safeParse({ ...rest, messages: [{ role: "user", content }] });
  if (!chat.success) return refuse("invalid_request", describeIssue(chat.error));
  return { request: chat.data, native_only: [], warnings: [] };
}
