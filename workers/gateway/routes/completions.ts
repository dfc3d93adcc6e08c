import * as z from "zod";
import { completionsRequestSchema } from "../../../schema/wire/openai-completions.ts";
import { openAiCompletions } from "../dialects/openai-completions/openai-completions.ts";
import type { Route } from "../http/route.ts";
import { handleChat } from "../pipeline/inference.ts";
import { INFERENCE_ERRORS } from "./inference-errors.ts";
import { STREAMING_HEADERS } from "./inference-headers.ts";

const PATH = "/v1/completions";

const completion = z.looseObject({
  id: z.string(),
  object: z.literal("text_completion"),
  created: z.int(),
  model: z.string(),
  choices: z.array(z.looseObject({ text: z.string(), index: z.int(), finish_reason: z.string().nullable() })),
});

/** POST /v1/completions: OpenAI's old contract, answered by any chat model. */
export const completions: Route = {
  method: "post",
  path: PATH,
  operation_id: "createCompletion",
  tag: "Inference",
  summary: "Create a completion",
  description:
    "OpenAI's old Completions contract for every chat model: the prompt becomes a message. `suffix`, `echo`, `best_of` and `logprobs` are refused; of several prompts each needs its own request.",
  security: "key",
  spends: true,
  headers: STREAMING_HEADERS,
  body: { schema: completionsRequestSchema, example: { model: "sandbox/echo", prompt: "Hello", max_tokens: 100 } },
  responses: {
    200: {
      description: "The completion. With `stream: true`, server-sent events, ended by `[DONE]`.",
      content_type: "application/json",
      schema: completion,
      example: {
        id: "cmpl-1",
        object: "text_completion",
        created: 1_760_000_000,
        model: "echo",
        choices: [{ text: "Hello", index: 0, logprobs: null, finish_reason: "stop" }],
        usage: { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 },
      },
    },
  },
  errors: INFERENCE_ERRORS,
  handle: handleChat(PATH, openAiCompletions),
};
