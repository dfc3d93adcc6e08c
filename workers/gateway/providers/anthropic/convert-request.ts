import { isRefused, type Refused } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { TranslateInput } from "../kit/provider.ts";
import { judgeParameters } from "../kit/support.ts";
import { toolNames } from "../kit/tool-names.ts";
import { convertSampling, convertStop, type Fields, outputBound } from "./convert-inference.ts";
import { convertMessages } from "./convert-messages.ts";
import { convertResponseFormat, type JsonMode } from "./convert-response-format.ts";
import { type ConvertedThinking, convertThinking } from "./convert-thinking.ts";
import { convertTools } from "./convert-tools.ts";
import { modelTraits } from "./model-traits.ts";
import { SUPPORT } from "./support.ts";
import type { MessagesRequest, OutputConfig, TextBlock } from "./wire.ts";

export interface ConvertedRequest {
  readonly body: MessagesRequest;
  readonly warnings: readonly string[];
  /** Upstream tool name to the caller's, for those that differ. */
  readonly tool_names: ReadonlyMap<string, string>;
  readonly json_tool: string | null;
}

/**
 * A Chat Completions request as a Messages request. Refusals come in this order: parameters without an equivalent,
 * messages, tools, reasoning. Whatever is changed or left out otherwise is named in `warnings`.
 */
export function convertRequest(input: TranslateInput): ConvertedRequest | Refused {
  const { request, model } = input;
  const traits = modelTraits(model.upstream_id);
  const judged = judgeParameters(request, SUPPORT);
  if (isRefused(judged)) return judged;
  const names = toolNames(request);
  const conversation = convertMessages(request.messages, names);
  if (isRefused(conversation)) return conversation;
  const json = convertResponseFormat(request, model, traits);
  const tools = convertTools(request, model, traits, names, json.mode);
  if (isRefused(tools)) return tools;
  const bound = outputBound(input);
  const thinking = convertThinking(
    {
      effort: request.reasoning_effort,
      max_tokens: bound.max_tokens,
      max_tokens_param: bound.param,
      reasons: model.capabilities.includes("reasoning"),
      forced_by: tools.forced_by,
    },
    traits,
  );
  if (isRefused(thinking)) return thinking;
  const sampling = convertSampling(request, traits, thinking);
  const stop = convertStop(request.stop);
  const user = convertUser(request);
  const tier = convertServiceTier(request.service_tier);
  const system = [...conversation.system, ...instructionBlocks(json.mode)];
  const output_config = convertOutputConfig(json.mode, thinking);
  return {
    body: {
      model: model.upstream_id,
      max_tokens: bound.max_tokens,
      ...(system.length > 0 ? { system } : {}),
      messages: conversation.turns,
      ...(tools.tools.length > 0 ? { tools: tools.tools } : {}),
      ...(tools.choice === null ? {} : { tool_choice: tools.choice }),
      ...(request.stream === true ? { stream: true as const } : {}),
      ...stop.fields,
      ...sampling.fields,
      ...(thinking.thinking === null ? {} : { thinking: thinking.thinking }),
      ...(output_config === null ? {} : { output_config }),
      ...tier.fields,
      ...user.fields,
    },
    warnings: [conversation, json, tools, thinking, sampling, stop, user, tier]
      .flatMap(({ warnings }) => warnings)
      .concat(judged.warnings),
    tool_names: names.to_caller,
    json_tool: json.mode.type === "tool" ? names.json_tool : null,
  };
}

/** The API's bound on `metadata.user_id`. */
const USER_ID_CHARS_MAX = 256;

function convertUser(request: ChatRequest): Fields<"metadata"> {
  const user_id = request.user ?? (typeof request.safety_identifier === "string" ? request.safety_identifier : "");
  if (user_id === "") return { fields: {}, warnings: [] };
  if (user_id.length > USER_ID_CHARS_MAX) {
    return { fields: {}, warnings: [`user left out: longer than ${USER_ID_CHARS_MAX} characters`] };
  }
  return { fields: { metadata: { user_id } }, warnings: [] };
}

const SERVICE_TIERS: ReadonlyMap<string, "auto" | "standard_only"> = new Map([
  ["auto", "auto"],
  ["default", "standard_only"],
]);

function convertServiceTier(tier: string | null | undefined): Fields<"service_tier"> {
  if (tier === null || tier === undefined) return { fields: {}, warnings: [] };
  const service_tier = SERVICE_TIERS.get(tier);
  return service_tier === undefined
    ? { fields: {}, warnings: ["service_tier left out: the provider has only auto and default"] }
    : { fields: { service_tier }, warnings: [] };
}

const instructionBlocks = (json: JsonMode): readonly TextBlock[] =>
  json.type === "instruction" ? [{ type: "text", text: json.text }] : [];

function convertOutputConfig(json: JsonMode, { effort }: ConvertedThinking): OutputConfig | null {
  if (json.type !== "native" && effort === null) return null;
  return {
    ...(effort === null ? {} : { effort }),
    ...(json.type === "native" ? { format: { type: "json_schema" as const, schema: json.schema } } : {}),
  };
}
