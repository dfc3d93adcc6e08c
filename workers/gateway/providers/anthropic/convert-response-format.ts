import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import { closeSchema } from "./close-schema.ts";
import type { ModelTraits } from "./model-traits.ts";
import type { JsonSchema } from "./wire.ts";

/** How a JSON answer is asked for. */
export type JsonMode =
  | { readonly type: "none" }
  /** `output_config.format`: the provider itself holds the answer to the schema. */
  | { readonly type: "native"; readonly schema: JsonSchema }
  /** A tool that must be called; its arguments are the answer. */
  | { readonly type: "tool"; readonly description: string; readonly schema: JsonSchema }
  /** Words in the system prompt, for models that take neither: the only one without a guarantee. */
  | { readonly type: "instruction"; readonly text: string };

const ANY_OBJECT: JsonSchema = { type: "object", additionalProperties: true };

const ANSWER_WITH_TOOL =
  "Give your answer to the user by calling this tool. The input of the tool is the JSON object that the user asked for, " +
  "complete, with the fields that the conversation describes; there is no other text.";

/**
 * Chooses how a response format is asked for. `json_schema` is native where the model's capabilities name it. Else, and
 * for `json_object` always (there is no native form without a schema), a forced tool: unlike an instruction it cannot
 * be answered with prose or a code fence. A caller who forces a tool of their own gets that call and no JSON answer, as
 * with OpenAI.
 */
export function convertResponseFormat(
  request: ChatRequest,
  model: ModelInfo,
  traits: ModelTraits,
): { readonly mode: JsonMode; readonly warnings: readonly string[] } {
  const format = request.response_format;
  if (format === null || format === undefined || format.type === "text") return quiet({ type: "none" });
  const schema = format.type === "json_schema" ? (format.json_schema.schema ?? null) : null;
  if (schema !== null && model.capabilities.includes("json_schema")) return native(schema);
  if (forcesOwnTool(request)) {
    return { mode: { type: "none" }, warnings: ["response_format left out: tool_choice demands a tool call"] };
  }
  if (traits.forced_tool) {
    const own = format.type === "json_schema" ? (format.json_schema.description ?? null) : null;
    const description = own === null ? ANSWER_WITH_TOOL : `${ANSWER_WITH_TOOL} ${own}`;
    return quiet({ type: "tool", description, schema: objectSchema(schema) });
  }
  const text = instruction(schema);
  return { mode: { type: "instruction", text }, warnings: ["response_format is asked for in words, not enforced"] };
}

const quiet = (mode: JsonMode) => ({ mode, warnings: [] });

function native(schema: JsonSchema): { readonly mode: JsonMode; readonly warnings: readonly string[] } {
  const closed = closeSchema(schema);
  const warnings = closed === schema ? [] : ["response_format: objects without additionalProperties were closed"];
  return { mode: { type: "native", schema: closed }, warnings };
}

const forcesOwnTool = ({ tools, tool_choice }: ChatRequest): boolean =>
  (tools ?? []).length > 0 && (tool_choice === "required" || typeof tool_choice === "object") && tool_choice !== null;

/** A tool's schema must be of type object at its root, which a response format's nearly always is. */
function objectSchema(schema: JsonSchema | null): JsonSchema {
  if (schema === null) return ANY_OBJECT;
  return schema.type === undefined ? { type: "object", ...schema } : schema;
}

function instruction(schema: JsonSchema | null): string {
  const only = "Answer with one JSON object and nothing else: no prose, no code fence.";
  return schema === null ? only : `${only} It must be valid against this JSON schema: ${JSON.stringify(schema)}`;
}
