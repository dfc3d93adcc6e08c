import * as z from "zod";

/**
 * Converse as it checks what it is sent. Members that it does not know are refused, so that a misspelt one is seen.
 * Source: the Amazon Bedrock API reference, Converse.
 */

const visible = z
  .string()
  .refine(
    (text) => text.trim() !== "",
    "The text field in the ContentBlock object is blank. Add text to the text field, and try again.",
  );

const mediaSource = z.strictObject({
  bytes: z.base64().min(1).optional(),
  s3Location: z.strictObject({ uri: z.string().startsWith("s3://"), bucketOwner: z.string().optional() }).optional(),
});
const image = z.strictObject({ format: z.enum(["png", "jpeg", "gif", "webp"]), source: mediaSource });
const document = z.strictObject({
  format: z.enum(["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"]),
  name: z
    .string()
    .regex(/^(?!.*\s\s)[a-zA-Z0-9\s\-()[\]]{1,200}$/, "only letters, digits, single spaces, hyphens, brackets"),
  source: mediaSource.extend({ text: z.string().optional() }),
  citations: z.strictObject({ enabled: z.boolean() }).optional(),
  context: z.string().optional(),
});
const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
const toolId = z.string().regex(/^[a-zA-Z0-9_.:-]{1,64}$/);
const object = z.record(z.string(), z.json());

const resultContent = z
  .strictObject({
    text: z.string().optional(),
    json: object.optional(),
    image: image.optional(),
    document: document.optional(),
  })
  .refine(hasOneMember, "exactly one member must be set");
const toolResult = z.strictObject({
  toolUseId: toolId,
  content: z.array(resultContent),
  status: z.enum(["success", "error"]).optional(),
});
const reasoning = z
  .strictObject({
    reasoningText: z.strictObject({ text: z.string(), signature: z.string().optional() }).optional(),
    redactedContent: z.base64().optional(),
  })
  .refine(hasOneMember, "exactly one member must be set");
const cachePoint = z.strictObject({ type: z.literal("default"), ttl: z.enum(["5m", "1h"]).optional() });

const block = z
  .strictObject({
    text: visible.optional(),
    image: image.optional(),
    document: document.optional(),
    toolUse: z.strictObject({ toolUseId: toolId, name: toolName, input: object }).optional(),
    toolResult: toolResult.optional(),
    reasoningContent: reasoning.optional(),
    cachePoint: cachePoint.optional(),
    guardContent: z.looseObject({}).optional(),
  })
  .refine(hasOneMember, "exactly one member must be set");
export type Block = z.infer<typeof block>;

const turn = z.strictObject({ role: z.enum(["user", "assistant"]), content: z.array(block).min(1) });
export type Turn = z.infer<typeof turn>;

const tool = z
  .strictObject({
    toolSpec: z
      .strictObject({
        name: toolName,
        description: z.string().min(1).optional(),
        inputSchema: z.strictObject({ json: z.looseObject({ type: z.literal("object") }) }),
        strict: z.boolean().optional(),
      })
      .optional(),
    cachePoint: cachePoint.optional(),
  })
  .refine(hasOneMember, "exactly one member must be set");

const toolChoice = z
  .strictObject({
    auto: z.strictObject({}).optional(),
    any: z.strictObject({}).optional(),
    tool: z.strictObject({ name: toolName }).optional(),
  })
  .refine(hasOneMember, "exactly one member must be set");

export const converseRequestSchema = z.strictObject({
  messages: z.array(turn).min(1),
  system: z
    .array(
      z
        .strictObject({
          text: visible.optional(),
          cachePoint: cachePoint.optional(),
          guardContent: z.looseObject({}).optional(),
        })
        .refine(hasOneMember, "exactly one member must be set"),
    )
    .optional(),
  inferenceConfig: z
    .strictObject({
      maxTokens: z.int().min(1).optional(),
      temperature: z.number().min(0).max(1).optional(),
      topP: z.number().min(0).max(1).optional(),
      stopSequences: z
        .array(z.string().refine((stop) => stop.trim() !== "", "must not be blank"))
        .max(2_500)
        .optional(),
    })
    .optional(),
  toolConfig: z.strictObject({ tools: z.array(tool).min(1), toolChoice: toolChoice.optional() }).optional(),
  additionalModelRequestFields: object.optional(),
  additionalModelResponseFieldPaths: z.array(z.string()).optional(),
  guardrailConfig: z.looseObject({ guardrailIdentifier: z.string(), guardrailVersion: z.string() }).optional(),
  performanceConfig: z.strictObject({ latency: z.enum(["standard", "optimized"]) }).optional(),
  promptVariables: object.optional(),
  requestMetadata: z.record(z.string(), z.string()).optional(),
  outputConfig: z
    .strictObject({
      textFormat: z.strictObject({
        type: z.literal("json_schema"),
        structure: z.strictObject({
          jsonSchema: z.strictObject({
            schema: z.string(),
            name: z.string().optional(),
            description: z.string().optional(),
          }),
        }),
      }),
    })
    .optional(),
  serviceTier: z.strictObject({ type: z.enum(["priority", "default", "flex", "reserved"]) }).optional(),
});
export type ConverseRequest = z.infer<typeof converseRequestSchema>;

function hasOneMember(union: object): boolean {
  return Object.values(union).filter((member) => member !== undefined).length === 1;
}
