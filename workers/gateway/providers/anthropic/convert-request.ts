import { isRefused, type Refused } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { TranslateInput } from "../kit/provider.ts";
import { judgeParameters } from "../kit/support.ts";
import { toolNames } from "../kit/tool-names.ts";
import { convertMessages } from "./convert-messages.ts";
import { convertResponseFormat, type JsonMode } from "./convert-response-format.ts";
import { type ConvertedThinking, convertThinking } from "./convert-thinking.ts";
import { convertTools } from "./convert-tools.ts";
import { type ModelTraits, modelTraits } from "./model-traits.ts";
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

/** Some fields of the body, and what was lost on the way to them. */
interface Fields<Name extends keyof MessagesRequest> {
  readonly fields: Partial<Pick<MessagesRequest, Name>>;
  readonly warnings: readonly string[];
}

const isSet = (value: unknown): boolean => value !== null && value !== undefined;

/** The bound that the API requires, and the caller's field to blame for it. */
function outputBound({ request, model, max_output_tokens }: TranslateInput): {
  readonly max_tokens: number;
  readonly param: string;
} {
  if (isSet(request.max_completion_tokens) || !isSet(request.max_tokens)) {
    const max_tokens = request.max_completion_tokens ?? max_output_tokens ?? model.max_output_tokens;
    return { max_tokens, param: isSet(request.max_completion_tokens) ? "max_completion_tokens" : "reasoning_effort" };
  }
  return { max_tokens: request.max_tokens ?? model.max_output_tokens, param: "max_tokens" };
}

/**
 * `temperature` and `top_p` are wishes about style: where the model (or thinking) takes only their default they are left
 * out with a warning. Their default, 1, is not sent: it says nothing.
 */
function convertSampling(
  request: ChatRequest,
  traits: ModelTraits,
  { thinking }: ConvertedThinking,
): Fields<"temperature" | "top_p" | "top_k"> {
  const temperature = request.temperature ?? 1;
  const top_p = request.top_p ?? 1;
  const top_k = request.top_k ?? undefined;
  const thinks = thinking !== null && thinking.type !== "disabled";
  const takes_any = !thinks && traits.sampling !== "none";
  const sends_temperature = temperature !== 1 && takes_any;
  const sends_top_p = top_p !== 1 && takes_any && !(sends_temperature && traits.sampling === "one");
  const why = thinks ? "reasoning" : sends_temperature ? "temperature on this model" : "this model";
  return {
    fields: {
      ...(sends_temperature ? { temperature } : {}),
      ...(sends_top_p ? { top_p } : {}),
      ...(top_k !== undefined && takes_any ? { top_k } : {}),
    },
    warnings: [
      ...(temperature !== 1 && !sends_temperature ? [`temperature left out: not possible with ${why}`] : []),
      ...(top_p !== 1 && !sends_top_p ? [`top_p left out: not possible with ${why}`] : []),
      ...(isSet(top_k) && !takes_any ? [`top_k left out: not possible with ${why}`] : []),
    ],
  };
}

/** The API refuses a stop sequence of white space only. */
function convertStop(stop: ChatRequest["stop"]): Fields<"stop_sequences"> {
  const asked = typeof stop === "string" ? [stop] : (stop ?? []);
  const stop_sequences = asked.filter((sequence) => sequence.trim() !== "");
  return {
    fields: stop_sequences.length > 0 ? { stop_sequences } : {},
    warnings: stop_sequences.length < asked.length ? ["a blank stop sequence left out"] : [],
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
