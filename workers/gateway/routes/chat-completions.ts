import * as z from "zod";
import { chatRequestSchema } from "../../../schema/wire/openai-chat.ts";
import { openAiChat } from "../dialects/openai-chat/openai-chat.ts";
import type { Route } from "../http/route.ts";
import { handleChat } from "../pipeline/inference.ts";
import { INFERENCE_ERRORS } from "./inference-errors.ts";
import { STREAMING_HEADERS } from "./inference-headers.ts";

const completion = z.looseObject({
  id: z.string(),
  object: z.literal("chat.completion"),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.looseObject({
      index: z.int(),
      message: z.looseObject({ role: z.literal("assistant"), content: z.string().nullable() }),
      finish_reason: z.string().nullable(),
    }),
  ),
  usage: z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }).optional(),
});

/** POST /v1/chat/completions: OpenAI's contract, any provider behind it. */
export const chatCompletions: Route = {
  method: "post",
  path: "/v1/chat/completions",
  operation_id: "createChatCompletion",
  tag: "Inference",
  summary: "Create a chat completion",
  description:
    "OpenAI's Chat Completions contract for every provider. The most that the request can cost is held in the key's wallet before the provider is called, and the actual cost is settled after the last byte. A caller with rate limits finds what is left of them in the headers `x-ratelimit-limit-requests`, `x-ratelimit-remaining-requests`, `x-ratelimit-reset-requests`, and the same with `-tokens`. Unknown fields are passed on to providers that speak this dialect.",
  security: "key",
  spends: true,
  headers: STREAMING_HEADERS,
  body: {
    schema: chatRequestSchema,
    example: { model: "sandbox/echo", messages: [{ role: "user", content: "Hello" }], stream: false },
  },
  responses: {
    200: {
      description:
        "The completion. With `stream: true`, server-sent events of `chat.completion.chunk`, ended by `[DONE]`.",
      content_type: "application/json",
      schema: completion,
      example: {
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1_760_000_000,
        model: "echo",
        choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
        usage: { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 },
      },
    },
  },
  errors: INFERENCE_ERRORS,
  handle: handleChat("/v1/chat/completions", openAiChat),
};
