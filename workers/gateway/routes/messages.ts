import * as z from "zod";
import { messagesRequestSchema } from "../../../schema/wire/anthropic-messages.ts";
import { anthropicMessages } from "../dialects/anthropic-messages/anthropic-messages.ts";
import type { Route } from "../http/route.ts";
import { handleChat } from "../pipeline/inference.ts";
import { INFERENCE_ERRORS } from "./inference-errors.ts";
import { STREAMING_HEADERS } from "./inference-headers.ts";

const PATH = "/v1/messages";

const message = z.looseObject({
  id: z.string(),
  type: z.literal("message"),
  role: z.literal("assistant"),
  model: z.string(),
  content: z.array(z.looseObject({ type: z.string() })),
  stop_reason: z.string().nullable(),
  usage: z.looseObject({ input_tokens: z.int(), output_tokens: z.int() }),
});

/** POST /v1/messages: Anthropic's contract, any provider behind it. */
export const messages: Route = {
  method: "post",
  path: PATH,
  operation_id: "createMessage",
  tag: "Inference",
  summary: "Create a message",
  description:
    "Anthropic's Messages contract for every provider, so that its SDKs and Claude Code work unchanged; errors have its shape too. With an Anthropic model request and answer go through as they are, Anthropic's own tools included; with any other they are translated, and what only Anthropic has is refused with the field named. Send the gateway key as `x-api-key` or as a bearer token.",
  security: "key",
  spends: true,
  headers: { ...STREAMING_HEADERS, "anthropic-beta": "Goes on to Anthropic's own models." },
  body: {
    schema: messagesRequestSchema,
    example: { model: "sandbox/echo", max_tokens: 100, messages: [{ role: "user", content: "Hello" }] },
  },
  responses: {
    200: {
      description: "The message. With `stream: true`, the events of a message stream.",
      content_type: "application/json",
      schema: message,
      example: {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "echo",
        content: [{ type: "text", text: "Hello" }],
        stop_reason: "end_turn",
        stop_sequence: null,
        usage: { input_tokens: 8, output_tokens: 2 },
      },
    },
  },
  errors: INFERENCE_ERRORS,
  handle: handleChat(PATH, anthropicMessages),
};
