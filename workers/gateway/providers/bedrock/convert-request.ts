import { isRefused, type Refused } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import { convertSampling, convertStop, outputBound } from "../anthropic/convert-inference.ts";
import { convertResponseFormat, type JsonMode } from "../anthropic/convert-response-format.ts";
import type { TranslateInput, Translation } from "../kit/provider.ts";
import { judgeParameters } from "../kit/support.ts";
import { DASHED_NAMES, type NameRule, toolNames } from "../kit/tool-names.ts";
import { convertConversation } from "./convert-conversation.ts";
import { convertReasoning } from "./convert-reasoning.ts";
import { convertTools } from "./convert-tools.ts";
import { modelTraits } from "./model-traits.ts";
import { SUPPORT } from "./support.ts";
import type { ConverseRequest, InferenceConfig, JsonObjectFields, OutputConfig } from "./wire.ts";

/** Shorter than Anthropic's. Source: the Amazon Bedrock API reference, ToolSpecification. */
const TOOL_NAMES: NameRule = { ...DASHED_NAMES, name: /^[a-zA-Z0-9_-]{1,64}$/, chars_max: 64 };

export type ConvertedRequest = Omit<Translation, "call"> & { readonly body: ConverseRequest };

/**
 * A Chat Completions request as a Converse request. Converse has the structure of Anthropic's Messages, so the request takes
 * the same way as for Anthropic and is spelled otherwise at its end. Refusals come in this order: parameters without an
 * equivalent, messages, tools, reasoning.
 */
export function convertRequest(input: TranslateInput): ConvertedRequest | Refused {
  const { request, model } = input;
  const judged = judgeParameters(request, SUPPORT);
  if (isRefused(judged)) return judged;
  const traits = modelTraits(model.upstream_id);
  const names = toolNames(request, TOOL_NAMES);
  const conversation = convertConversation(request.messages, names, traits.cache, input.media);
  if (isRefused(conversation)) return conversation;
  const json = convertResponseFormat(request, model, traits.claude);
  const tools = convertTools(request, model, traits, names, json.mode);
  if (isRefused(tools)) return tools;
  const bound = outputBound(input);
  const reasoning = convertReasoning(input, traits, bound, tools.forced_by);
  if (isRefused(reasoning)) return reasoning;
  const sampling = convertSampling(request, traits.claude, reasoning.claude);
  const stop = convertStop(request.stop);
  const top_k = convertTopK(sampling.fields.top_k, traits.top_k);
  const system = [...conversation.system, ...(json.mode.type === "instruction" ? [{ text: json.mode.text }] : [])];
  const outputConfig = convertOutputConfig(request, json.mode);
  const more = { ...reasoning.fields, ...top_k.fields };
  const { temperature, top_p } = sampling.fields;
  const inferenceConfig: InferenceConfig = {
    maxTokens: bound.max_tokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(top_p === undefined ? {} : { topP: top_p }),
    ...(stop.fields.stop_sequences === undefined ? {} : { stopSequences: stop.fields.stop_sequences }),
  };
  return {
    body: {
      ...(system.length > 0 ? { system } : {}),
      messages: conversation.messages,
      inferenceConfig,
      ...(tools.config === null ? {} : { toolConfig: tools.config }),
      ...(outputConfig === null ? {} : { outputConfig }),
      ...(Object.keys(more).length > 0 ? { additionalModelRequestFields: more } : {}),
    },
    warnings: [conversation, json, tools, reasoning, sampling, top_k, stop]
      .flatMap(({ warnings }) => warnings)
      .concat(judged.warnings),
    tool_names: names.to_caller,
    json_tool: json.mode.type === "tool" ? names.json_tool : null,
    remote_media: conversation.remote_media,
  };
}

/** Not a field of Converse: each maker has its own place for it, or none. */
function convertTopK(
  top_k: number | undefined,
  place: "claude" | "nova" | "none",
): { readonly fields: JsonObjectFields; readonly warnings: readonly string[] } {
  if (top_k === undefined) return { fields: {}, warnings: [] };
  if (place === "claude") return { fields: { top_k }, warnings: [] };
  if (place === "nova") return { fields: { inferenceConfig: { topK: top_k } }, warnings: [] };
  return { fields: {}, warnings: ["top_k left out: not possible with this model"] };
}

/** The schema travels as text. */
function convertOutputConfig({ response_format }: ChatRequest, json: JsonMode): OutputConfig | null {
  if (json.type !== "native") return null;
  const name = response_format?.type === "json_schema" ? response_format.json_schema.name : "output";
  const jsonSchema = { name, schema: JSON.stringify(json.schema) };
  return { textFormat: { type: "json_schema", structure: { jsonSchema } } };
}
