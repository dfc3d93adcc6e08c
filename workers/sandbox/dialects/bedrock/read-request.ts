import { isJsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import type { ChatMessage, ChatRequest, ContentPart } from "../../../../schema/wire/openai-chat.ts";
import type { Block, ConverseRequest, Turn } from "./wire.ts";

/** A Converse request, already checked, as chat completions. Its `requestMetadata` carries controls. */
export function toChatRequest(request: ConverseRequest, model: string, stream: boolean): ChatRequest {
  const { inferenceConfig, system, messages, requestMetadata } = request;
  return {
    model,
    messages: [
      ...(system ?? []).flatMap(({ text }) => (text === undefined ? [] : [{ role: "system" as const, content: text }])),
      ...messages.flatMap(toMessages),
    ],
    stream,
    max_tokens: inferenceConfig?.maxTokens,
    stop: inferenceConfig?.stopSequences,
    metadata: requestMetadata,
    ...toTools(request.toolConfig),
    ...toFormat(request.outputConfig),
    ...(thinkingDisabled(request) ? { reasoning_effort: "none" as const } : {}),
  };
}

function thinkingDisabled({ additionalModelRequestFields: more }: ConverseRequest): boolean {
  const thinking = more?.thinking ?? more?.reasoning_config;
  return isJsonObject(thinking) && thinking.type === "disabled";
}

function toTools(config: ConverseRequest["toolConfig"]): Pick<ChatRequest, "tools" | "tool_choice"> {
  if (config === undefined) return {};
  const { tools, toolChoice: choice } = config;
  const named = choice?.tool?.name;
  return {
    tools: tools.flatMap(({ toolSpec }) =>
      toolSpec === undefined
        ? []
        : [
            {
              type: "function" as const,
              function: {
                name: toolSpec.name,
                description: toolSpec.description,
                parameters: toolSpec.inputSchema.json,
              },
            },
          ],
    ),
    tool_choice:
      named !== undefined
        ? { type: "function", function: { name: named } }
        : choice?.any !== undefined
          ? "required"
          : "auto",
  };
}

function toFormat(config: ConverseRequest["outputConfig"]): Pick<ChatRequest, "response_format"> {
  const asked = config?.textFormat.structure.jsonSchema;
  if (asked === undefined) return {};
  const schema = tryParseJson(asked.schema);
  const json_schema = { name: asked.name ?? "output", schema: isJsonObject(schema) ? schema : {} };
  return { response_format: { type: "json_schema", json_schema } };
}

/** A turn becomes a message for each result and one for the rest. */
function toMessages({ role, content }: Turn): readonly ChatMessage[] {
  const parts = content.flatMap(toPart);
  if (role === "user") {
    const results = content.flatMap(({ toolResult }) => (toolResult ? [toResult(toolResult)] : []));
    return [...results, ...(parts.length > 0 ? [{ role, content: parts }] : [])];
  }
  const tool_calls = content.flatMap(({ toolUse: call }) =>
    call === undefined
      ? []
      : [
          {
            id: call.toolUseId,
            type: "function" as const,
            function: { name: call.name, arguments: JSON.stringify(call.input) },
          },
        ],
  );
  return [{ role, content: parts, ...(tool_calls.length > 0 ? { tool_calls } : {}) }];
}

function toResult({ toolUseId, content }: NonNullable<Block["toolResult"]>): ChatMessage {
  const parts = content.flatMap(({ text, json, image, document }) =>
    json === undefined ? toPart({ text, image, document }) : toPart({ text: JSON.stringify(json) }),
  );
  return { role: "tool", tool_call_id: toolUseId, content: parts };
}

/** What is not text counts, whatever it holds. */
function toPart({ text, image, document }: Pick<Block, "text" | "image" | "document">): readonly ContentPart[] {
  if (text !== undefined) return [{ type: "text", text }];
  if (image !== undefined) return [{ type: "image_url", image_url: { url: "" } }];
  return document === undefined ? [] : [{ type: "file", file: {} }];
}
