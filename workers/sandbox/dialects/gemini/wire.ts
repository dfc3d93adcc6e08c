import * as z from "zod";

/**
 * generateContent as it checks what it is sent: names that it does not know are refused, wherever they stand.
 * Source: the Gemini API reference, v1beta.
 */

const functionCall = z.strictObject({
  id: z.string().optional(),
  name: z.string().min(1),
  args: z.record(z.string(), z.json()).optional(),
});
const functionResponse = z.strictObject({
  id: z.string().optional(),
  name: z.string().min(1),
  response: z.record(z.string(), z.json()),
  parts: z.array(z.looseObject({})).optional(),
  willContinue: z.boolean().optional(),
  scheduling: z.string().optional(),
});
const signature = z.base64().min(1);

const part = z
  .strictObject({
    text: z.string().optional(),
    thought: z.boolean().optional(),
    /** Base64, but for the words that stand in for a signature that one has not. */
    thoughtSignature: z.union([z.enum(["skip_thought_signature_validator"]), signature]).optional(),
    inlineData: z
      .strictObject({
        mimeType: z.string().regex(/^\w+\/[\w.+-]+$/),
        data: z.base64().min(1),
        displayName: z.string().optional(),
      })
      .optional(),
    fileData: z.strictObject({ mimeType: z.string().optional(), fileUri: z.string().min(1) }).optional(),
    functionCall: functionCall.optional(),
    functionResponse: functionResponse.optional(),
    mediaResolution: z.looseObject({}).optional(),
    videoMetadata: z.looseObject({}).optional(),
  })
  .refine(
    (one) =>
      [one.text, one.inlineData, one.fileData, one.functionCall, one.functionResponse].filter(
        (data) => data !== undefined,
      ).length === 1,
    "a part must have one initialised data field, exactly one",
  );
export type Part = z.infer<typeof part>;

const content = z.strictObject({ role: z.enum(["user", "model"]).optional(), parts: z.array(part).min(1) });
export type Content = z.infer<typeof content>;

/** The subset of OpenAPI that `parameters` and `responseSchema` are written in. */
const openApiSchema: z.ZodType = z.lazy(() =>
  z.strictObject({
    type: z
      .string()
      .regex(/^(string|number|integer|boolean|array|object|null|type_unspecified)$/i)
      .optional(),
    format: z.string().optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    nullable: z.boolean().optional(),
    enum: z.array(z.string()).optional(),
    items: openApiSchema.optional(),
    maxItems: z.union([z.int(), z.string()]).optional(),
    minItems: z.union([z.int(), z.string()]).optional(),
    properties: z.record(z.string(), openApiSchema).optional(),
    required: z.array(z.string()).optional(),
    minProperties: z.union([z.int(), z.string()]).optional(),
    maxProperties: z.union([z.int(), z.string()]).optional(),
    minLength: z.union([z.int(), z.string()]).optional(),
    maxLength: z.union([z.int(), z.string()]).optional(),
    pattern: z.string().optional(),
    example: z.json().optional(),
    anyOf: z.array(openApiSchema).optional(),
    propertyOrdering: z.array(z.string()).optional(),
    default: z.json().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  }),
);
const jsonSchema = z.record(z.string(), z.json());

const functionDeclaration = z
  .strictObject({
    name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/),
    description: z.string().optional(),
    parameters: openApiSchema.optional(),
    parametersJsonSchema: jsonSchema.optional(),
    response: openApiSchema.optional(),
    responseJsonSchema: jsonSchema.optional(),
    behavior: z.string().optional(),
  })
  .refine(
    (one) => one.parameters === undefined || one.parametersJsonSchema === undefined,
    "only one of parameters and parametersJsonSchema may be set",
  );
export type FunctionDeclaration = z.infer<typeof functionDeclaration>;

const tool = z.strictObject({
  functionDeclarations: z.array(functionDeclaration).optional(),
  googleSearch: z.looseObject({}).optional(),
  googleSearchRetrieval: z.looseObject({}).optional(),
  codeExecution: z.looseObject({}).optional(),
  urlContext: z.looseObject({}).optional(),
});

const generationConfig = z.strictObject({
  candidateCount: z.int().min(1).max(8).optional(),
  stopSequences: z.array(z.string().min(1)).max(5).optional(),
  maxOutputTokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.number().min(1).optional(),
  seed: z.int().optional(),
  presencePenalty: z.number().min(-2).max(2).optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  responseLogprobs: z.boolean().optional(),
  logprobs: z.int().min(0).max(20).optional(),
  responseMimeType: z.enum(["text/plain", "application/json", "text/x.enum"]).optional(),
  responseSchema: openApiSchema.optional(),
  responseJsonSchema: jsonSchema.optional(),
  responseModalities: z.array(z.enum(["TEXT", "IMAGE", "AUDIO"])).optional(),
  mediaResolution: z.string().optional(),
  thinkingConfig: z
    .strictObject({
      includeThoughts: z.boolean().optional(),
      thinkingBudget: z.int().min(-1).optional(),
      thinkingLevel: z
        .string()
        .regex(/^(minimal|low|medium|high)$/i)
        .optional(),
    })
    .optional(),
});

export const generateRequestSchema = z.strictObject({
  model: z.string().optional(),
  contents: z.array(content).min(1),
  systemInstruction: z.strictObject({ role: z.string().optional(), parts: z.array(part).min(1) }).optional(),
  tools: z.array(tool).optional(),
  toolConfig: z
    .strictObject({
      functionCallingConfig: z
        .strictObject({
          mode: z.enum(["AUTO", "ANY", "NONE", "VALIDATED"]).optional(),
          allowedFunctionNames: z.array(z.string()).optional(),
        })
        .optional(),
      retrievalConfig: z.looseObject({}).optional(),
    })
    .optional(),
  generationConfig: generationConfig.optional(),
  safetySettings: z
    .array(z.strictObject({ category: z.string(), threshold: z.string(), method: z.string().optional() }))
    .optional(),
  cachedContent: z.string().optional(),
  serviceTier: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
});
export type GenerateRequest = z.infer<typeof generateRequestSchema>;

export const countRequestSchema = z.strictObject({
  contents: z.array(content).optional(),
  generateContentRequest: generateRequestSchema.optional(),
  systemInstruction: z.strictObject({ role: z.string().optional(), parts: z.array(part).min(1) }).optional(),
  tools: z.array(tool).optional(),
  generationConfig: generationConfig.optional(),
});

export const embedRequestSchema = z.strictObject({
  model: z.string().optional(),
  content: z.strictObject({ role: z.string().optional(), parts: z.array(z.strictObject({ text: z.string() })).min(1) }),
  taskType: z.string().optional(),
  title: z.string().optional(),
  outputDimensionality: z.int().min(1).max(3_072).optional(),
});
export type EmbedRequest = z.infer<typeof embedRequestSchema>;

export const batchEmbedRequestSchema = z.strictObject({ requests: z.array(embedRequestSchema).min(1).max(100) });

/** Vertex's older way to ask for embeddings. */
export const predictRequestSchema = z.strictObject({
  instances: z
    .array(z.strictObject({ content: z.string(), task_type: z.string().optional(), title: z.string().optional() }))
    .min(1)
    .max(250),
  parameters: z
    .strictObject({ outputDimensionality: z.int().min(1).max(3_072).optional(), autoTruncate: z.boolean().optional() })
    .optional(),
});
