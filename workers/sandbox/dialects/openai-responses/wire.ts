import * as z from "zod";

/**
 * OpenAI's Responses as they check what they are sent; unknown parameters are refused.
 * Source: the OpenAI API reference, Responses.
 */

const inputText = z.strictObject({ type: z.literal("input_text"), text: z.string() });
const inputImage = z.strictObject({
  type: z.literal("input_image"),
  image_url: z.string().min(1).nullish(),
  file_id: z.string().nullish(),
  detail: z.enum(["low", "high", "auto"]).nullish(),
});
const inputFile = z.strictObject({
  type: z.literal("input_file"),
  file_data: z.string().nullish(),
  file_id: z.string().nullish(),
  file_url: z.string().nullish(),
  filename: z.string().nullish(),
});
const outputText = z.strictObject({
  type: z.literal("output_text"),
  text: z.string(),
  annotations: z.array(z.looseObject({})).optional(),
  logprobs: z.array(z.looseObject({})).optional(),
});
const refusal = z.strictObject({ type: z.literal("refusal"), refusal: z.string() });

const input = z.discriminatedUnion("type", [inputText, inputImage, inputFile]);
export type InputPart = z.infer<typeof input>;

const known = { id: z.string().optional(), status: z.string().optional() };
const message = z.discriminatedUnion("role", [
  z.strictObject({
    type: z.literal("message").optional(),
    role: z.enum(["user", "system", "developer"]),
    content: z.union([z.string(), z.array(input)]),
    ...known,
  }),
  z.strictObject({
    type: z.literal("message").optional(),
    role: z.literal("assistant"),
    content: z.union([z.string(), z.array(z.discriminatedUnion("type", [outputText, refusal]))]),
    phase: z.string().nullish(),
    ...known,
  }),
]);
const functionCall = z.strictObject({
  type: z.literal("function_call"),
  call_id: z.string().min(1),
  name: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  arguments: z.string(),
  ...known,
});
const functionCallOutput = z.strictObject({
  type: z.literal("function_call_output"),
  call_id: z.string().min(1),
  output: z.union([z.string(), z.array(input)]),
  ...known,
});
const reasoning = z.strictObject({
  type: z.literal("reasoning"),
  summary: z.array(z.strictObject({ type: z.literal("summary_text"), text: z.string() })),
  encrypted_content: z.string().nullish(),
  content: z.array(z.looseObject({})).nullish(),
  ...known,
});

const customToolCall = z.strictObject({
  type: z.literal("custom_tool_call"),
  call_id: z.string().min(1),
  name: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  input: z.string(),
  ...known,
});
const customToolCallOutput = functionCallOutput.extend({ type: z.literal("custom_tool_call_output") });

const item = z.union([message, functionCall, functionCallOutput, customToolCall, customToolCallOutput, reasoning]);
export type Item = z.infer<typeof item>;

const functionTool = z.strictObject({
  type: z.literal("function"),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string().nullish(),
  parameters: z.looseObject({}).nullish(),
  strict: z.boolean().nullish(),
});
const hostedTool = z.looseObject({
  type: z.enum([
    "web_search",
    "file_search",
    "code_interpreter",
    "image_generation",
    "custom",
    "mcp",
    "local_shell",
    "apply_patch",
    "tool_search",
    "namespace",
  ]),
});
export type FunctionTool = z.infer<typeof functionTool>;

const format = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text") }),
  z.strictObject({ type: z.literal("json_object") }),
  z.strictObject({
    type: z.literal("json_schema"),
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    schema: z.looseObject({}),
    description: z.string().nullish(),
    strict: z.boolean().nullish(),
  }),
]);

export const responsesRequestSchema = z.strictObject({
  model: z.string(),
  input: z.union([z.string(), z.array(item)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().nullish() }).nullish(),
  max_output_tokens: z.int().min(16).nullish(),
  max_tool_calls: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  tools: z.array(z.union([functionTool, hostedTool])).nullish(),
  tool_choice: z
    .union([
      z.enum(["none", "auto", "required"]),
      z.strictObject({ type: z.literal("function"), name: z.string() }),
      z.looseObject({ type: z.enum(["allowed_tools", "custom", "web_search"]) }),
    ])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z.strictObject({ format: format.nullish(), verbosity: z.enum(["low", "medium", "high"]).nullish() }).nullish(),
  reasoning: z
    .strictObject({
      effort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]).nullish(),
      summary: z.enum(["auto", "concise", "detailed"]).nullish(),
    })
    .nullish(),
  include: z.array(z.string()).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  store: z.boolean().nullish(),
  background: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  truncation: z.enum(["auto", "disabled"]).nullish(),
  service_tier: z.string().nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_retention: z.string().nullish(),
});
export type ResponsesRequest = z.infer<typeof responsesRequestSchema>;
