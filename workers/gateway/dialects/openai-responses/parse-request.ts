import { describeIssue } from "../../../../schema/http/describe-issue.ts";
import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { isJsonObject, type JsonObject } from "../../../../schema/kernel/json.ts";
import { type ChatRequest, chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import { type ResponsesRequest, responsesRequestSchema } from "../../../../schema/wire/openai-responses.ts";
import { unreadFields } from "../../providers/kit/support.ts";
import { inCallersPlace } from "../callers-place.ts";
import type { ParsedChat } from "../chat-dialect.ts";
import { type RefusedField, refuseFields } from "../refuse-fields.ts";
import { callerPath, type MessageSource } from "./caller-path.ts";
import { convertItems } from "./convert-items.ts";
import { convertTools } from "./convert-tools.ts";

const REMEMBERED = "Nothing is remembered between requests";

/** What needs a memory on the provider's side, which all teams share, or has no answer to be metered, or no price. */
const REFUSED: readonly RefusedField[] = [
  {
    param: "previous_response_id",
    asks: (value) => typeof value === "string",
    message: `${REMEMBERED}: send the earlier items with \`input\`, reasoning with its \`encrypted_content\`.`,
  },
  { param: "conversation", asks: () => true, message: `${REMEMBERED}: send the items with \`input\`.` },
  {
    param: "background",
    asks: (value) => value === true,
    message: "Answers are given at once. Leave `background` out.",
  },
  { param: "prompt", asks: () => true, message: "Stored prompts are not possible. Send `instructions`." },
  {
    param: "prompt_cache_options",
    asks: (value) => isJsonObject(value) && (value.ttl ?? "30m") !== "30m",
    message: "Caches that live longer have a price of their own that is not configured. Leave `ttl` out.",
  },
];

/** Only a provider of the dialect has these. */
const NATIVE_FIELDS = [
  { param: "top_logprobs", asks: (value: unknown) => value !== 0, message: "There are no log probabilities here." },
] as const;

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
] as const;

/** What is read here or by the renderer. */
const READ: ReadonlySet<string> = new Set([
  ...Object.keys(responsesRequestSchema.shape),
  ...PASSED,
  "stream_options",
  "store",
]);

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
  const tools = convertTools(asked, body);
  if (isRefused(tools)) return tools;
  const passed = PASSED.flatMap((name) => (asked[name] == null ? [] : [[name, asked[name]] as const]));
  const chat = chatRequestSchema.safeParse({
    model: asked.model,
    messages: [
      ...(asked.instructions ? [{ role: "system", content: asked.instructions }] : []),
      ...items.messages,
      // Of nothing but items that only the provider itself reads, there is no message to make.
      ...(items.messages.length === 0 && items.native_only.length > 0 ? [{ role: "user", content: "" }] : []),
    ],
    ...(asked.stream === true ? { stream: true, stream_options: { include_usage: true } } : {}),
    ...(asked.max_output_tokens == null ? {} : { max_completion_tokens: asked.max_output_tokens }),
    ...(asked.reasoning?.effort == null ? {} : { reasoning_effort: asked.reasoning.effort }),
    ...(asked.text?.verbosity == null ? {} : { verbosity: asked.text.verbosity }),
    ...formatOf(asked),
    ...tools.fields,
    ...Object.fromEntries(passed),
  });
  const sources = sourcesOf(asked, items.sources);
  const pathOf = (param: string): string => callerPath(param, sources);
  if (!chat.success) {
    return { refused: inCallersPlace({ code: "invalid_request", ...describeIssue(chat.error) }, pathOf) };
  }
  const request = chat.data;
  const unread = Object.entries(body).filter(([name]) => !READ.has(name));
  const texts = [...items.native_texts, ...tools.native_texts, ...unread.map((field) => JSON.stringify(field))];
  const countedNatively = (): ChatRequest => withText(request, texts);
  return {
    request,
    native_only: [
      ...items.native_only,
      ...tools.native_only,
      ...NATIVE_FIELDS.filter(({ param, asks }) => (body[param] ?? null) !== null && asks(body[param])),
    ],
    countedNatively,
    pricedNatively: () => (items.unknown_size ? withUnknown(countedNatively()) : countedNatively()),
    pieces: tools.pieces,
    pathOf,
    warnings: [
      ...items.warnings,
      ...tools.warnings,
      ...includeWarnings(asked),
      ...(body.store === true ? ["store: responses are not stored"] : []),
      ...unreadFields(body, READ),
    ],
  };
}

/** What the provider itself reads beside the canonical request is prompt, too, at most a token for each byte. */
const withText = (request: ChatRequest, texts: readonly string[]): ChatRequest =>
  texts.length === 0
    ? request
    : { ...request, messages: [...request.messages, { role: "user", content: texts.join("\n") }] };

const withUnknown = (request: ChatRequest): ChatRequest => ({
  ...request,
  messages: [...request.messages, { role: "user", content: [{ type: "file", file: {} }] }],
});

function sourcesOf(
  { input, instructions }: ResponsesRequest,
  items: readonly MessageSource[],
): readonly MessageSource[] {
  const own = typeof input === "string" ? [{ path: "input", content: "input", calls: [] }] : items;
  return instructions ? [{ path: "instructions", content: "instructions", calls: [] }, ...own] : own;
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
