import * as z from "zod";
import { LIMITS } from "../kernel/limits.ts";

/** OpenAI's old Completions contract: a prompt to go on with. Source: the OpenAI API reference, Completions. */
export const completionsRequestSchema = z.looseObject({
  model: z.string().min(1).max(LIMITS.model_name_chars),
  prompt: z.union(
    [z.string(), z.array(z.string()).length(1, "only one prompt is possible: send a request for each")],
    "must be a text",
  ),
  stream: z.boolean().nullish(),
  suffix: z.string().nullish(),
  echo: z.boolean().nullish(),
  best_of: z.int().nullish(),
  logprobs: z.int().nullish(),
});
