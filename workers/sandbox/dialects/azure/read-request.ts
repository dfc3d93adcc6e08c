import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import { type Failed, invalid, isFailed } from "../../errors.ts";
import { readChatRequest } from "../openai-chat/read-request.ts";
import { unknownName } from "./strict-names.ts";

/** Models that reason take their limit by its newer name alone, and no temperature. */
const REASONING_MODEL = /^(o\d|gpt-5)/;

/** A chat completion, without the extensions that others understand; `model` is the deployment. */
export function readAzureRequest(body: JsonObject, model: string): ChatRequest | Failed {
  const unknown = unknownName(body);
  if (unknown !== null) return unknown;
  const request = readChatRequest({ ...body, model });
  if (isFailed(request) || !REASONING_MODEL.test(model)) return request;
  if (request.max_tokens) {
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    return invalid(message, "max_tokens", "unsupported_parameter");
  }
  if (typeof request.temperature === "number" && request.temperature !== 1) {
    const message =
      "Unsupported value: 'temperature' does not support this value with this model. Only the default (1) value is supported.";
    return invalid(message, "temperature", "unsupported_value");
  }
  return request;
}
