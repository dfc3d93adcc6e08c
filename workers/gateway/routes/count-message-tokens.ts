import * as z from "zod";
import { countTokensRequestSchema } from "../../../schema/wire/anthropic-messages.ts";
import { anthropicMessages } from "../dialects/anthropic-messages/anthropic-messages.ts";
import type { Route } from "../http/route.ts";
import { handleCount } from "../pipeline/count-request.ts";

const PATH = "/v1/messages/count_tokens";

/** POST /v1/messages/count_tokens: what a prompt is made of, counted here; no provider is asked and nothing is paid. */
export const countMessageTokens: Route = {
  method: "post",
  path: PATH,
  operation_id: "countMessageTokens",
  tag: "Inference",
  summary: "Count the tokens of a message",
  description:
    "Anthropic's contract. Counted by the gateway, with the model's own encoding where it is published and else with a stand-in that never counts too little; no provider is called and nothing is charged. What only Anthropic can read is not counted and named in `x-ao-warnings`; with the model of another provider it is refused, as the message would be.",
  security: "key",
  spends: false,
  headers: {},
  body: {
    schema: countTokensRequestSchema,
    example: { model: "sandbox/echo", messages: [{ role: "user", content: "Hello" }] },
  },
  responses: {
    200: {
      description: "The count.",
      content_type: "application/json",
      schema: z.object({ input_tokens: z.int() }),
      example: { input_tokens: 8 },
    },
  },
  errors: [
    "invalid_request",
    "invalid_json",
    "json_too_deep",
    "unsupported_parameter",
    "invalid_api_key",
    "forbidden",
    "model_not_found",
    "payload_too_large",
    "unsupported_media_type",
    "model_unpriced",
    "no_provider_available",
    "store_unavailable",
    "wallet_unavailable",
  ],
  handle: handleCount(PATH, anthropicMessages),
};
