import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import { type FunctionTool, functionTools, namedFunction } from "../kit/function-tools.ts";
import type { TranslateInput, Translation } from "../kit/provider.ts";
import { judgeParameters, type ProviderSupport } from "../kit/support.ts";
import { DASHED_NAMES, type ToolNames, toolNames } from "../kit/tool-names.ts";
import { convertMessages } from "./convert-messages.ts";
import { convertThinking } from "./convert-thinking.ts";
import { modelTraits } from "./model-traits.ts";

/** Names of functions: letters, digits, underscores, dots and dashes, at most 64. */
const NAMES = { ...DASHED_NAMES, name: /^[a-zA-Z_][a-zA-Z0-9_.-]{0,63}$/, chars_max: 64 };

/** A translation that has no address yet: `method` is what is asked of the model. */
export interface ConvertedRequest extends Omit<Translation, "call"> {
  readonly method: string;
  readonly body: string;
}

export interface ConvertOptions {
  readonly support: ProviderSupport;
  readonly call_ids: boolean;
}

/** A chat completion request as a generateContent request. */
export function convertRequest(input: TranslateInput, options: ConvertOptions): ConvertedRequest | Refused {
  const { request } = input;
  const judged = judgeParameters(request, options.support);
  if (isRefused(judged)) return judged;
  const names = toolNames(request, NAMES);
  const renamed = renameCalls(input, names);
  const conversation = convertMessages(renamed, options.call_ids);
  if (isRefused(conversation)) return conversation;
  const tools = convertTools(request, names);
  if (isRefused(tools)) return tools;
  const thinking = convertThinking(request.reasoning_effort, modelTraits(input.model.upstream_id));
  const { system, contents, remote_media } = conversation;
  const body = {
    contents,
    ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }),
    ...tools.fields,
    generationConfig: generationConfig(input, thinking.config),
  };
  return {
    method: request.stream === true ? "streamGenerateContent?alt=sse" : "generateContent",
    body: JSON.stringify(body),
    warnings: [...conversation.warnings, ...judged.warnings, ...thinking.warnings],
    tool_names: names.to_caller,
    json_tool: null,
    remote_media,
  };
}

/** The history's calls under the names that their functions have upstream. The caller's request stays as it is. */
function renameCalls(input: TranslateInput, names: ToolNames): TranslateInput {
  if (names.to_upstream.size === 0) return input;
  const messages = input.request.messages.map((message) => {
    if (message.role !== "assistant" || message.tool_calls == null) return message;
    const tool_calls = message.tool_calls.map((call) => {
      const name = names.to_upstream.get(call.function.name) ?? call.function.name;
      return { ...call, function: { ...call.function, name } };
    });
    return { ...message, tool_calls };
  });
  return { ...input, request: { ...input.request, messages } };
}

function convertTools(request: ChatRequest, names: ToolNames): { readonly fields: object } | Refused {
  const functions = functionTools(request.tools);
  if (isRefused(functions)) return functions;
  const { offered } = functions;
  const choice = convertChoice(request.tool_choice, offered, names);
  if (choice !== null && isRefused(choice)) return choice;
  if (offered.length === 0) return { fields: {} };
  const declarations = offered.map(({ function: { name, description, parameters } }) => ({
    name: names.to_upstream.get(name) ?? name,
    ...(description ? { description } : {}),
    ...(parameters == null ? {} : { parametersJsonSchema: parameters }),
  }));
  return {
    fields: {
      tools: [{ functionDeclarations: declarations }],
      ...(choice === null ? {} : { toolConfig: { functionCallingConfig: choice } }),
    },
  };
}

function convertChoice(
  choice: ChatRequest["tool_choice"],
  offered: readonly FunctionTool[],
  names: ToolNames,
): object | Refused | null {
  if (choice === null || choice === undefined || choice === "auto") return null;
  if (choice === "none") return { mode: "NONE" };
  if (offered.length === 0) {
    return refuse("invalid_request", { param: "tool_choice", message: "tool_choice needs tools to choose from." });
  }
  if (choice === "required") return { mode: "ANY" };
  const named = namedFunction(choice, offered);
  if (isRefused(named)) return named;
  return { mode: "ANY", allowedFunctionNames: [names.to_upstream.get(named.name) ?? named.name] };
}

function generationConfig({ request, max_output_tokens }: TranslateInput, thinkingConfig: object | null): object {
  const max = request.max_completion_tokens ?? request.max_tokens ?? max_output_tokens;
  const stop = typeof request.stop === "string" ? [request.stop] : (request.stop ?? []);
  const entries = Object.entries({
    maxOutputTokens: max,
    temperature: request.temperature,
    topP: request.top_p,
    topK: request.top_k,
    seed: request.seed,
    presencePenalty: request.presence_penalty,
    frequencyPenalty: request.frequency_penalty,
    stopSequences: stop.length === 0 ? null : stop,
    thinkingConfig,
    candidateCount: request.n === 1 ? null : request.n,
    ...format(request.response_format),
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined));
}

function format(response_format: ChatRequest["response_format"]): Readonly<Record<string, unknown>> {
  if (response_format == null || response_format.type === "text") return {};
  const schema = response_format.type === "json_schema" ? (response_format.json_schema.schema ?? null) : null;
  return { responseMimeType: "application/json", responseJsonSchema: schema };
}
