import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { TranslateInput } from "../kit/provider.ts";
import { judgeParameters } from "../kit/support.ts";
import { DASHED_NAMES, toolNames } from "../kit/tool-names.ts";
import { convertMessages } from "./convert-messages.ts";
import { convertThinking } from "./convert-thinking.ts";
import { convertTools } from "./convert-tools.ts";
import { SUPPORT } from "./support.ts";
import type { ChatBody } from "./wire.ts";

export interface ConvertedRequest {
  readonly body: ChatBody;
  readonly warnings: readonly string[];
  /** Upstream tool name to the caller's, for those that differ. */
  readonly tool_names: ReadonlyMap<string, string>;
}

/**
 * A Chat Completions request as a request of Cohere's Chat v2. Refusals come in this order: parameters without an
 * equivalent, messages, tools, the response format. Whatever is changed or left out otherwise is named in `warnings`.
 */
export function convertRequest({ request, model, max_output_tokens }: TranslateInput): ConvertedRequest | Refused {
  const judged = judgeParameters(request, SUPPORT);
  if (isRefused(judged)) return judged;
  const reasons = model.capabilities.includes("reasoning");
  const names = toolNames(request, DASHED_NAMES);
  const conversation = convertMessages(request.messages, names, reasons);
  if (isRefused(conversation)) return conversation;
  const tools = convertTools(request, names);
  if (isRefused(tools)) return tools;
  const format = convertResponseFormat(request);
  if (isRefused(format)) return format;
  const max_tokens = request.max_completion_tokens ?? request.max_tokens ?? max_output_tokens;
  const thinking = convertThinking(request.reasoning_effort, reasons, max_tokens ?? model.max_output_tokens);
  const top_p = convertTopP(request.top_p ?? null);
  const stop_sequences = stopSequences(request.stop);
  return {
    body: {
      model: model.upstream_id,
      messages: conversation.messages,
      stream: request.stream === true,
      ...tools.fields,
      ...format,
      ...(max_tokens === null ? {} : { max_tokens }),
      ...(stop_sequences.length === 0 ? {} : { stop_sequences }),
      ...sampling(request),
      ...top_p.fields,
      ...(thinking.thinking === null ? {} : { thinking: thinking.thinking }),
    },
    warnings: [conversation, tools, top_p, thinking].flatMap(({ warnings }) => warnings).concat(judged.warnings),
    tool_names: names.to_caller,
  };
}

const stopSequences = (stop: ChatRequest["stop"]): readonly string[] =>
  (typeof stop === "string" ? [stop] : (stop ?? [])).filter((sequence) => sequence !== "");

/** The API holds an answer to a format only when no tools are offered. */
function convertResponseFormat(request: ChatRequest): Pick<ChatBody, "response_format"> | Refused {
  const format = request.response_format;
  if (format === null || format === undefined || format.type === "text") return {};
  if ((request.tools ?? []).length > 0) {
    return refuse("unsupported_parameter", {
      param: "response_format",
      message: "The provider has no JSON format together with tools. Leave one of them out.",
    });
  }
  const schema = format.type === "json_schema" ? (format.json_schema.schema ?? null) : null;
  return { response_format: { type: "json_object", ...(schema === null ? {} : { json_schema: schema }) } };
}

type Sampling = Pick<ChatBody, "temperature" | "k" | "seed" | "frequency_penalty" | "presence_penalty">;

function sampling({ temperature, top_k, seed, frequency_penalty, presence_penalty }: ChatRequest): Sampling {
  return {
    ...(temperature == null ? {} : { temperature }),
    ...(top_k == null ? {} : { k: top_k }),
    ...(seed == null ? {} : { seed }),
    ...(frequency_penalty == null ? {} : { frequency_penalty }),
    ...(presence_penalty == null ? {} : { presence_penalty }),
  };
}

/** The ends of the API's `p`. Its default is 0.75, so that leaving a 1 out would be another wish than the caller's. */
const P_MIN = 0.01;
const P_MAX = 0.99;

function convertTopP(top_p: number | null): Pick<ConvertedRequest, "warnings"> & { readonly fields: { p?: number } } {
  if (top_p === null) return { fields: {}, warnings: [] };
  const p = Math.min(P_MAX, Math.max(P_MIN, top_p));
  return { fields: { p }, warnings: p === top_p ? [] : [`top_p became ${p}: the provider's ends are 0.01 and 0.99`] };
}
