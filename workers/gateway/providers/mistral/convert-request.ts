import { isRefused, type Refused } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { TranslateInput } from "../kit/provider.ts";
import { judgeParameters } from "../kit/support.ts";
import { type NameRule, toolNames } from "../kit/tool-names.ts";
import { convertMessages } from "./convert-messages.ts";
import { convertReasoning } from "./convert-reasoning.ts";
import { convertTools } from "./convert-tools.ts";
import { SUPPORT } from "./support.ts";
import type { ChatBody } from "./wire.ts";

export interface ConvertedRequest {
  readonly body: ChatBody;
  readonly warnings: readonly string[];
  /** Upstream tool name to the caller's, for those that differ. */
  readonly tool_names: ReadonlyMap<string, string>;
}

const NAMES: NameRule = { name: /^[a-zA-Z0-9_-]{1,64}$/, foreign: /[^a-zA-Z0-9_-]/gu, chars_max: 64 };

/** Parameters that go on as they came. */
const PASSED = [
  "temperature",
  "top_p",
  "stop",
  "n",
  "presence_penalty",
  "frequency_penalty",
  "prediction",
  "metadata",
  "prompt_cache_key",
] as const satisfies readonly (keyof ChatRequest)[];

/**
 * A Chat Completions request as Mistral takes it: the same dialect, but every field that the API does not know is a 422, so
 * it is written anew from those that it does. Usage needs no asking for: the last chunk of a stream has it.
 */
export function convertRequest({ request, model, max_output_tokens }: TranslateInput): ConvertedRequest | Refused {
  const judged = judgeParameters(request, SUPPORT);
  if (isRefused(judged)) return judged;
  const names = toolNames(request, NAMES);
  const conversation = convertMessages(request.messages, names, model.capabilities.includes("reasoning"));
  if (isRefused(conversation)) return conversation;
  const tools = convertTools(request, names);
  if (isRefused(tools)) return tools;
  const reasoning = convertReasoning(request.reasoning_effort, model);
  const max_tokens = request.max_completion_tokens ?? request.max_tokens ?? max_output_tokens;
  return {
    body: {
      model: model.upstream_id,
      messages: conversation.messages,
      ...(request.stream === true ? { stream: true } : {}),
      ...(max_tokens === null ? {} : { max_tokens }),
      ...passed(request),
      ...(request.seed == null ? {} : { random_seed: request.seed }),
      ...tools,
      ...responseFormat(request.response_format),
      ...reasoning.fields,
    },
    warnings: [...conversation.warnings, ...reasoning.warnings, ...judged.warnings],
    tool_names: names.to_caller,
  };
}

function passed(request: ChatRequest): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const name of PASSED) {
    const value = request[name];
    if (value !== null && value !== undefined) fields[name] = value;
  }
  return fields;
}

/** A schema format without a schema is JSON of any form. */
function responseFormat(format: ChatRequest["response_format"]): Pick<ChatBody, "response_format"> {
  if (format === null || format === undefined) return {};
  if (format.type !== "json_schema") return { response_format: { type: format.type } };
  const { name, description, schema, strict } = format.json_schema;
  if (schema == null) return { response_format: { type: "json_object" } };
  return {
    response_format: {
      type: "json_schema",
      json_schema: {
        name,
        ...(description == null ? {} : { description }),
        schema,
        ...(strict == null ? {} : { strict }),
      },
    },
  };
}
