import * as z from "zod";

/**
 * Mistral's chat completions as they check what they are sent; unknown fields are refused, wherever they stand.
 * Source: the Mistral API reference, Chat.
 */

const text = z.strictObject({ type: z.literal("text"), text: z.string() });
const image = z.strictObject({
  type: z.literal("image_url"),
  image_url: z.union([
    z.string(),
    z.strictObject({ url: z.string(), detail: z.enum(["low", "auto", "high"]).nullish() }),
  ]),
});
const document = z.strictObject({
  type: z.literal("document_url"),
  document_url: z.string(),
  document_name: z.string().nullish(),
});
const audio = z.strictObject({ type: z.literal("input_audio"), input_audio: z.union([z.string(), z.looseObject({})]) });
const thinking = z.strictObject({
  type: z.literal("thinking"),
  thinking: z.array(text),
  closed: z.boolean().nullish(),
  signature: z.string().nullish(),
});
const chunk = z.discriminatedUnion("type", [text, image, document, audio, thinking]);
export type ContentChunk = z.infer<typeof chunk>;

const content = z.union([z.string(), z.array(chunk)]);

const toolCall = z.strictObject({
  id: z.string().nullish(),
  type: z.literal("function").nullish(),
  function: z.strictObject({
    name: z.string().min(1),
    arguments: z.union([z.string(), z.record(z.string(), z.json())]),
  }),
  index: z.int().nullish(),
});

const message = z.discriminatedUnion("role", [
  z.strictObject({ role: z.literal("system"), content }),
  z.strictObject({ role: z.literal("user"), content }),
  z.strictObject({
    role: z.literal("assistant"),
    content: content.nullish(),
    tool_calls: z.array(toolCall).nullish(),
    prefix: z.boolean().nullish(),
  }),
  z.strictObject({
    role: z.literal("tool"),
    content: content.nullish(),
    tool_call_id: z.string().nullish(),
    name: z.string().nullish(),
  }),
]);
export type Message = z.infer<typeof message>;

const tool = z.strictObject({
  type: z.literal("function").nullish(),
  function: z.strictObject({
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    description: z.string().nullish(),
    strict: z.boolean().nullish(),
    parameters: z.looseObject({}),
  }),
});

export const chatRequestSchema = z.strictObject({
  model: z.string(),
  messages: z.array(message).min(1),
  temperature: z.number().min(0).max(1.5).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  max_tokens: z.int().min(0).nullish(),
  stream: z.boolean().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  random_seed: z.int().min(0).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  response_format: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("text") }),
      z.strictObject({ type: z.literal("json_object") }),
      z.strictObject({
        type: z.literal("json_schema"),
        json_schema: z.strictObject({
          name: z.string(),
          description: z.string().nullish(),
          schema: z.looseObject({}),
          strict: z.boolean().nullish(),
        }),
      }),
    ])
    .nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z
    .union([
      z.enum(["auto", "none", "any"]),
      z.strictObject({ type: z.literal("function").nullish(), function: z.strictObject({ name: z.string() }) }),
    ])
    .nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  n: z.int().min(1).nullish(),
  prediction: z.looseObject({}).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  prompt_mode: z.enum(["reasoning"]).nullish(),
  reasoning_effort: z.enum(["none", "high"]).nullish(),
  safe_prompt: z.boolean().nullish(),
});
export type MistralRequest = z.infer<typeof chatRequestSchema>;

export const embeddingsRequestSchema = z.strictObject({
  model: z.string(),
  input: z.union([z.string(), z.array(z.string()).min(1)]),
  output_dimension: z.int().min(1).max(3_072).nullish(),
  output_dtype: z.enum(["float"]).nullish(),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
