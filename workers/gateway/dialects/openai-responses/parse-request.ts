import { describeIssue } from "../../../../schema/http/describe-issue.ts";
import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import { type ResponsesRequest, responsesRequestSchema } from "../../../../schema/wire/openai-responses.ts";
import { unreadFields } from "../../providers/kit/support.ts";
import type { ParsedChat } from "../chat-dialect.ts";
import { type RefusedField, refuseFields } from "../refuse-fields.ts";
import { convertItems } from "./convert-items.ts";

/** What needs a memory on the provider's side, or has no answer to be metered. */
const REFUSED: readonly RefusedField[] = [
  {
    param: "previous_response_id",
    asks: (value) => typeof value === "string",
    message: "Nothing is remembered between requests: send the earlier items with `input`.",
  },
  { param: "conversation", asks: () => true, message: "Nothing is remembered: send the items with `input`." },
  {
    param: "background",
    asks: (value) => value === true,
    message: "Answers are given at once. Leave `background` out.",
  },
  { param: "prompt", asks: () => true, message: "Stored prompts are not possible. Send `instructions`." },
  { param: "top_logprobs", asks: (value) => value !== 0, message: "There are no log probabilities here." },
];

/** Taken over under their own names. */
const PASSED = [
  "temperature",
  "top_p",
  "parallel_tool_calls",
  "user",
  "metadata",
  "service_tier",
  "safety_identifier",
  "prompt_cache_key",
  "store",
] as const;

/** What is read here or by the renderer. */
const READ: ReadonlySet<string> = new Set([...Object.keys(responsesRequestSchema.shape), ...PASSED, "stream_options"]);

const includeWarnings = ({ include }: ResponsesRequest): readonly string[] =>
  (include ?? []).some((name) => name !== "reasoning.encrypted_content")
    ? ["include: only reasoning.encrypted_content can be had"]
    : [];

/** A Responses request as the canonical one. A refusal names the first field at fault by its path. */
export function parseRequest(body: JsonObject): ParsedChat | Refused {
  const parsed = responsesRequestSchema.safeParse(body);
  if (!parsed.success) return refuse("invalid_request", describeIssue(parsed.error));
  const refused = refuseFields(body, REFUSED);
  if (refused !== null) return refused;
  const asked = parsed.data;
  const items = convertItems(typeof asked.input === "string" ? [{ role: "user", content: asked.input }] : asked.input);
  if (isRefused(items)) return items;
  const tools = convertTools(asked);
  if (isRefused(tools)) return tools;
  const passed = PASSED.flatMap((name) => (asked[name] == null ? [] : [[name, asked[name]] as const]));
  const chat = chatRequestSchema.safeParse({
    model: asked.model,
    messages: [...(asked.instructions ? [{ role: "system", content: asked.instructions }] : []), ...items.messages],
    ...(asked.stream === true ? { stream: true, stream_options: { include_usage: true } } : {}),
    ...(asked.max_output_tokens == null ? {} : { max_completion_tokens: asked.max_output_tokens }),
    ...(asked.reasoning?.effort == null ? {} : { reasoning_effort: asked.reasoning.effort }),
    ...(asked.text?.verbosity == null ? {} : { verbosity: asked.text.verbosity }),
    ...formatOf(asked),
    ...tools.fields,
    ...Object.fromEntries(passed),
  });
  if (!chat.success) return refuse("invalid_request", describeIssue(chat.error));
  return {
    request: chat.data,
    native_only: [],
    warnings: [...items.warnings, ...includeWarnings(asked), ...unreadFields(body, READ)],
  };
}

function formatOf({ text }: ResponsesRequest): Readonly<Record<string, unknown>> {
  const format = text?.format;
  if (format == null || format.type === "text") return {};
  if (format.type === "json_object") return { response_format: { type: "json_object" } };
  const { name = "answer", description, schema, strict } = format;
  return {
    response_format: {
      type: "json_schema",
      json_schema: {
        name,
        ...(typeof description === "string" ? { description } : {}),
        ...(schema === undefined ? {} : { schema }),
        ...(strict == null ? {} : { strict }),
      },
    },
  };
}

function convertTools({ tools, tool_choice }: ResponsesRequest): { readonly fields: object } | Refused {
  const offered: object[] = [];
  for (const [at, { type, name, description, parameters, strict }] of (tools ?? []).entries()) {
    if (type !== "function" || name === undefined) {
      return refuse("unsupported_parameter", {
        param: `tools[${at}]`,
        message: `Only function tools are possible here, not ${type.slice(0, 60)}.`,
      });
    }
    offered.push({
      type: "function",
      function: {
        name,
        ...(description ? { description } : {}),
        ...(parameters == null ? {} : { parameters }),
        ...(strict == null ? {} : { strict }),
      },
    });
  }
  const fields = offered.length === 0 ? {} : { tools: offered };
  if (tool_choice == null) return { fields };
  if (offered.length === 0) {
    return tool_choice === "auto" || tool_choice === "none"
      ? { fields }
      : refuse("invalid_request", { param: "tool_choice", message: "tool_choice needs tools to choose from." });
  }
  if (typeof tool_choice === "string") return { fields: { ...fields, tool_choice } };
  if (tool_choice.type !== "function" || tool_choice.name === undefined) {
    return refuse("unsupported_parameter", {
      param: "tool_choice",
      message: "Choose a function, auto, none or required.",
    });
  }
  return { fields: { ...fields, tool_choice: { type: "function", function: { name: tool_choice.name } } } };
}
