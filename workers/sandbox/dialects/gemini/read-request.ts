import { tryParseJson } from "../../../../schema/kernel/json.ts";
import type { ChatMessage, ChatRequest, ChatTool, ContentPart } from "../../../../schema/wire/openai-chat.ts";
import type { Content, FunctionDeclaration, GenerateRequest, Part } from "./wire.ts";

/** A generateContent request, already checked, as chat completions. */
export function toChatRequest(request: GenerateRequest, model: string, stream: boolean): ChatRequest {
  const { generationConfig: config = {} } = request;
  const declared = (request.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);
  return {
    model,
    messages: toMessages(request),
    stream,
    max_tokens: config.maxOutputTokens,
    n: config.candidateCount,
    stop: config.stopSequences,
    ...(declared.length > 0 ? toTools(declared, request.toolConfig) : {}),
    ...toFormat(config),
    ...(config.thinkingConfig?.thinkingBudget === 0 ? { reasoning_effort: "none" as const } : {}),
  };
}

function toTools(
  declared: readonly FunctionDeclaration[],
  config: GenerateRequest["toolConfig"],
): Pick<ChatRequest, "tools" | "tool_choice"> {
  const { mode = "AUTO", allowedFunctionNames: allowed } = config?.functionCallingConfig ?? {};
  const offered = declared.filter(({ name }) => allowed === undefined || allowed.includes(name));
  const tool_choice = mode === "NONE" ? "none" : mode === "ANY" ? "required" : "auto";
  return { tools: offered.map(toTool), tool_choice };
}

function toTool({ name, description, parameters, parametersJsonSchema }: FunctionDeclaration): ChatTool {
  const schema = parametersJsonSchema ?? lowerCased(parameters);
  return { type: "function", function: { name, description, parameters: schema } };
}

/** The subset of OpenAPI names its types in capitals; otherwise it is JSON schema. */
function lowerCased(schema: unknown): Record<string, unknown> | undefined {
  if (schema === undefined) return undefined;
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === "type" && typeof value === "string" ? value.toLowerCase() : value,
  );
  const value = tryParseJson(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

type Config = NonNullable<GenerateRequest["generationConfig"]>;

function toFormat(config: Config): Pick<ChatRequest, "response_format"> {
  if (config.responseMimeType !== "application/json") return {};
  const schema = config.responseJsonSchema ?? lowerCased(config.responseSchema);
  if (schema === undefined) return { response_format: { type: "json_object" } };
  return { response_format: { type: "json_schema", json_schema: { name: "output", schema } } };
}

function toMessages({ systemInstruction, contents }: GenerateRequest): ChatMessage[] {
  const messages: ChatMessage[] = [];
  if (systemInstruction !== undefined) {
    messages.push({ role: "system", content: systemInstruction.parts.flatMap(toPart) });
  }
  let called: { id: string; name: string }[] = [];
  for (const [at, content] of contents.entries()) {
    if (content.role === "model") {
      const tool_calls = toCalls(content, at);
      called = tool_calls.map(({ id, function: { name } }) => ({ id, name }));
      const parts = content.parts.flatMap(toPart);
      messages.push({ role: "assistant", content: parts, ...(tool_calls.length > 0 ? { tool_calls } : {}) });
    } else {
      messages.push(...toResults(content, called));
      const parts = content.parts.flatMap(toPart);
      if (parts.length > 0) messages.push({ role: "user", content: parts });
    }
  }
  return messages;
}

const toCalls = ({ parts }: Content, at: number) =>
  parts.flatMap(({ functionCall: call }, index) =>
    call === undefined
      ? []
      : [
          {
            id: `${at}:${index}`,
            type: "function" as const,
            function: { name: call.name, arguments: JSON.stringify(call.args ?? {}) },
          },
        ],
  );

/** Responses have no ids: of calls with one name the first that is open is answered. */
function toResults({ parts }: Content, called: readonly { id: string; name: string }[]): readonly ChatMessage[] {
  const open = [...called];
  return parts.flatMap(({ functionResponse }) => {
    if (functionResponse === undefined) return [];
    const at = open.findIndex(({ name }) => name === functionResponse.name);
    const [answered] = open.splice(at, 1);
    return [
      { role: "tool" as const, tool_call_id: answered?.id ?? "", content: resultText(functionResponse.response) },
    ];
  });
}

/** The result itself where it is wrapped, as the reference advises, and else the whole object. */
function resultText(response: Readonly<Record<string, unknown>>): string {
  const [only, ...others] = Object.values(response);
  return typeof only === "string" && others.length === 0 ? only : JSON.stringify(response);
}

function toPart({ text, thought, inlineData, fileData }: Part): readonly ContentPart[] {
  if (text !== undefined) return thought === true || text === "" ? [] : [{ type: "text", text }];
  return inlineData !== undefined || fileData !== undefined ? [{ type: "image_url", image_url: { url: "" } }] : [];
}
