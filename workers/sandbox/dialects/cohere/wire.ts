import * as z from "zod";

/**
 * Cohere's API as it checks what it is sent; unknown fields are refused, wherever they stand.
 * Source: the Cohere API reference, v2.
 */

const text = z.strictObject({ type: z.literal("text"), text: z.string() });
const image = z.strictObject({
  type: z.literal("image_url"),
  image_url: z.strictObject({ url: z.string().min(1), detail: z.enum(["auto", "low", "high"]).optional() }),
});
const thinking = z.strictObject({ type: z.literal("thinking"), thinking: z.string() });
const document = z.strictObject({
  type: z.literal("document"),
  document: z.strictObject({ data: z.union([z.string(), z.record(z.string(), z.json())]), id: z.string().optional() }),
});

const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal("function"),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
});

const message = z.discriminatedUnion("role", [
  z.strictObject({ role: z.literal("system"), content: z.union([z.string(), z.array(text)]) }),
  z.strictObject({
    role: z.literal("user"),
    content: z.union([z.string(), z.array(z.discriminatedUnion("type", [text, image]))]),
  }),
  z.strictObject({
    role: z.literal("assistant"),
    content: z.union([z.string(), z.array(z.discriminatedUnion("type", [text, thinking]))]).nullish(),
    tool_calls: z.array(toolCall).nullish(),
    tool_plan: z.string().nullish(),
    citations: z.array(z.looseObject({})).nullish(),
  }),
  z.strictObject({
    role: z.literal("tool"),
    tool_call_id: z.string().min(1),
    content: z.union([z.string(), z.array(z.discriminatedUnion("type", [text, document]))]),
  }),
]);
export type Message = z.infer<typeof message>;

const tool = z.strictObject({
  type: z.literal("function"),
  function: z.strictObject({
    name: z.string().regex(/^[a-zA-Z0-9_-]+$/),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.json()),
  }),
});

const schema = z.record(z.string(), z.json()).optional();

export const chatRequestSchema = z.strictObject({
  model: z.string(),
  messages: z.array(message).min(1),
  stream: z.boolean().optional(),
  tools: z.array(tool).min(1).optional(),
  strict_tools: z.boolean().optional(),
  tool_choice: z.enum(["REQUIRED", "NONE"]).optional(),
  documents: z.array(z.union([z.string(), z.looseObject({})])).optional(),
  citation_options: z.looseObject({}).optional(),
  response_format: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("text") }),
      z.strictObject({ type: z.literal("json_object"), json_schema: schema, schema }),
    ])
    .optional(),
  safety_mode: z.enum(["CONTEXTUAL", "STRICT", "OFF"]).optional(),
  max_tokens: z.int().min(1).optional(),
  stop_sequences: z.array(z.string()).max(5).optional(),
  temperature: z.number().min(0).max(1).optional(),
  seed: z.int().min(0).optional(),
  frequency_penalty: z.number().min(0).max(1).optional(),
  presence_penalty: z.number().min(0).max(1).optional(),
  k: z.int().min(0).max(500).optional(),
  p: z.number().min(0.01).max(0.99).optional(),
  logprobs: z.boolean().optional(),
  thinking: z
    .strictObject({ type: z.enum(["enabled", "disabled"]), token_budget: z.int().min(1).optional() })
    .optional(),
  priority: z.int().min(0).optional(),
});
export type CohereRequest = z.infer<typeof chatRequestSchema>;

export const embedRequestSchema = z.strictObject({
  model: z.string(),
  input_type: z.enum(["search_document", "search_query", "classification", "clustering", "image"]),
  texts: z.array(z.string()).min(1).max(96),
  embedding_types: z
    .array(z.enum(["float", "int8", "base64"]))
    .min(1)
    .optional(),
  output_dimension: z.union([z.literal(256), z.literal(512), z.literal(1_024), z.literal(1_536)]).optional(),
  truncate: z.enum(["NONE", "START", "END"]).optional(),
  max_tokens: z.int().min(1).optional(),
  priority: z.int().min(0).optional(),
});

export const rerankRequestSchema = z.strictObject({
  model: z.string(),
  query: z.string().min(1),
  documents: z.array(z.string()).min(1).max(10_000),
  top_n: z.int().min(1).optional(),
  max_tokens_per_doc: z.int().min(1).optional(),
  priority: z.int().min(0).optional(),
});
