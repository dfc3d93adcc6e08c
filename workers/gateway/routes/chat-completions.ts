import * as z from "zod";
import { chatRequestSchema } from "../../../schema/wire/openai-chat.ts";
import type { Route } from "../http/route.ts";
import { handleChat } from "../pipeline/chat.ts";

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
  headers: {
    "idempotency-key":
      "A repeat with the same key and body is charged once: it gets the recorded answer, or 409 while the first runs.",
    "x-ao-dry-run": "`true`: what the request would do and cost. No provider is called and nothing is held.",
    "x-ao-usage": "`true`: the last chunk of a stream has an `ao` field with cost and what the wallet has left.",
    "x-ao-feature": "The feature of your product that this request serves, for cost reports.",
    "x-ao-tags": "Further labels, `key=value` pairs separated by commas.",
    "x-ao-subject": "Who this is for (a user or session of yours).",
    "x-request-id": "Your correlation id; it is sent back. Without one, ours is.",
    traceparent: "W3C trace context, carried on to the provider.",
  },
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
  errors: [
    "invalid_request",
    "invalid_json",
    "json_too_deep",
    "unsupported_parameter",
    "upstream_rejected",
    "invalid_api_key",
    "wallet_exhausted",
    "wallet_held",
    "request_exceeds_wallet",
    "request_exceeds_maximum",
    "wallet_frozen",
    "wallet_ended",
    "forbidden",
    "model_not_found",
    "idempotency_in_flight",
    "idempotency_mismatch",
    "idempotency_answer_gone",
    "payload_too_large",
    "unsupported_media_type",
    "rate_limited",
    "provider_rate_limited",
    "upstream_error",
    "upstream_auth_failed",
    "upstream_quota",
    "model_unpriced",
    "no_provider_available",
    "store_unavailable",
    "wallet_unavailable",
    "upstream_timeout",
  ],
  handle: handleChat,
};
