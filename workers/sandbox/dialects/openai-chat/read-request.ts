import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { type ChatRequest, chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import { validate } from "../../body.ts";
import { type Failed, invalid, isFailed } from "../../errors.ts";
import { toolHistoryBroken } from "../tool-history.ts";

const STOPS_MAX = 4;

/**
 * Validates a chat request as OpenAI does: the types and bounds of the contract, and the rules between fields that a
 * translation gets wrong most easily.
 */
export function readChatRequest(body: JsonObject): ChatRequest | Failed {
  const request = validate(chatRequestSchema, body);
  if (isFailed(request)) return request;
  return ruleBroken(request) ?? request;
}

function ruleBroken(request: ChatRequest): Failed | null {
  if (request.stream_options && request.stream !== true) {
    return invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options", null);
  }
  if (request.tools?.length === 0) {
    return invalid("Invalid 'tools': empty array. Expected an array with minimum length 1.", "tools", "empty_array");
  }
  for (const field of ["tool_choice", "parallel_tool_calls"] as const) {
    if (request[field] !== null && request[field] !== undefined && !request.tools) {
      return invalid(`Invalid value for '${field}': only allowed when 'tools' are specified.`, field, null);
    }
  }
  if (Array.isArray(request.stop) && request.stop.length > STOPS_MAX) {
    return invalid(`Invalid 'stop': array too long. Expected at most ${STOPS_MAX}.`, "stop", "array_above_max_length");
  }
  if (request.max_tokens && request.max_completion_tokens) {
    const message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
    return invalid(message, "max_tokens", "invalid_parameter_combination");
  }
  return toolHistoryBroken(request.messages);
}
