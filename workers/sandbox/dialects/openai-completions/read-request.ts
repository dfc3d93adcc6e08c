import * as z from "zod";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import { validate } from "../../body.ts";
import { type Failed, invalid, isFailed } from "../../errors.ts";

/** What the API takes where nothing is said. */
const MAX_TOKENS_DEFAULT = 16;

/**
 * OpenAI's older completions; unknown fields are refused. One text is taken, neither several nor tokens.
 * Source: the OpenAI API reference, Completions.
 */
const completionsRequestSchema = z.strictObject({
  model: z.string(),
  prompt: z.union([z.string(), z.array(z.string()).length(1)]),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  n: z.int().min(1).max(128).nullish(),
  best_of: z.int().min(1).max(20).nullish(),
  echo: z.boolean().nullish(),
  logprobs: z.int().min(0).max(5).nullish(),
  suffix: z.string().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  user: z.string().nullish(),
});

/** A completion is a chat of one message; `echoed` is what stands before the answer. */
export function readCompletionsRequest(body: JsonObject): { request: ChatRequest; echoed: string } | Failed {
  const request = validate(completionsRequestSchema, body);
  if (isFailed(request)) return request;
  if (request.stream_options && request.stream !== true) {
    return invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options", null);
  }
  const prompt = typeof request.prompt === "string" ? request.prompt : (request.prompt[0] ?? "");
  const { model, stream, stream_options, n, stop } = request;
  return {
    request: {
      model,
      messages: [{ role: "user", content: prompt }],
      stream,
      stream_options,
      n,
      stop,
      max_tokens: request.max_tokens ?? MAX_TOKENS_DEFAULT,
    },
    echoed: request.echo === true ? prompt : "",
  };
}
