import * as z from "zod";
import { responsesRequestSchema } from "../../../schema/wire/openai-responses.ts";
import { openAiResponses } from "../dialects/openai-responses/openai-responses.ts";
import type { Route } from "../http/route.ts";
import { handleChat } from "../pipeline/inference.ts";
import { INFERENCE_ERRORS } from "./inference-errors.ts";
import { STREAMING_HEADERS } from "./inference-headers.ts";

const PATH = "/v1/responses";

const response = z.looseObject({
  id: z.string(),
  object: z.literal("response"),
  created_at: z.int(),
  status: z.string(),
  model: z.string(),
  output: z.array(z.looseObject({ type: z.string() })),
});

/** POST /v1/responses: OpenAI's newer contract, any provider behind it. */
export const responses: Route = {
  method: "post",
  path: PATH,
  operation_id: "createResponse",
  tag: "Inference",
  summary: "Create a response",
  description:
    'OpenAI\'s Responses contract for every provider, so that Codex and the newer calls of its SDKs work unchanged. Where the provider speaks it (OpenAI, Azure on the v1 path), request and answer go through as they are. Nothing is remembered between requests: `previous_response_id`, `conversation`, `background`, `prompt` and references to items are refused, `store` is always false. Built-in tools go to providers that have them; those that are billed apart are refused, but for `web_search` where the model has a price for it. With `include: ["reasoning.encrypted_content"]` reasoning comes with what its provider must have back.',
  security: "key",
  spends: true,
  headers: STREAMING_HEADERS,
  body: { schema: responsesRequestSchema, example: { model: "sandbox/echo", input: "Hello" } },
  responses: {
    200: {
      description: "The response. With `stream: true`, the events of a response.",
      content_type: "application/json",
      schema: response,
      example: {
        id: "resp_1",
        object: "response",
        created_at: 1_760_000_000,
        status: "completed",
        model: "echo",
        output: [
          {
            type: "message",
            id: "msg_1",
            role: "assistant",
            status: "completed",
            content: [{ type: "output_text", text: "Hello", annotations: [] }],
          },
        ],
      },
    },
  },
  errors: INFERENCE_ERRORS,
  handle: handleChat(PATH, openAiResponses),
};
