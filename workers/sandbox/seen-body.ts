import { isJsonObject, type JsonObject } from "../../schema/kernel/json.ts";
import type { ChatRequest } from "../../schema/wire/openai-chat.ts";
import type { SeenRequest } from "./seen.ts";

/** Notes the names and numbers of a body, before it is checked: a test asks above all about what was refused. */
export function noteBody(seen: SeenRequest, body: JsonObject): void {
  seen.body_fields = Object.keys(body).sort();
  seen.model = typeof body.model === "string" ? body.model : null;
  seen.stream = body.stream === true;
  const max_tokens = body.max_completion_tokens ?? body.max_tokens;
  seen.max_tokens = typeof max_tokens === "number" ? max_tokens : null;
  const options = body.stream_options;
  seen.include_usage = options !== undefined && isJsonObject(options) && options.include_usage === true;
}

/** Notes what a dialect says elsewhere than in these fields. */
export function noteRequest(seen: SeenRequest, request: ChatRequest): void {
  seen.stream = request.stream === true;
  seen.max_tokens = request.max_completion_tokens ?? request.max_tokens ?? null;
}
