import { describeIssue } from "../../../../schema/http/describe-issue.ts";
import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { type MessagesRequest, messagesRequestSchema } from "../../../../schema/wire/anthropic-messages.ts";
import { type ChatRequest, chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import { unreadFields } from "../../providers/kit/support.ts";
import { inCallersPlace, ownPath, type Place } from "../callers-place.ts";
import type { NativeOnly, ParsedChat } from "../chat-dialect.ts";
import { type RefusedField, refuseFields } from "../refuse-fields.ts";
import { convertTools } from "./convert-request-tools.ts";
import { convertSystem, convertTurns, type PlacedMessage } from "./convert-turns.ts";

const unpriced = (param: string, usual: readonly string[]): RefusedField => ({
  param,
  asks: (value) => !usual.some((known) => known === value),
  message: `This value of \`${param}\` has a price of its own that is not configured. Leave it out.`,
});

/** Anthropic leaves it out of the usage that an answer reports in all. */
const COMPACTION = "Compaction is billed apart from the answer and has no price here. Leave it out.";

/** Fields that are billed apart, at prices that are not configured. */
const UNPRICED: readonly RefusedField[] = [
  unpriced("speed", ["standard"]),
  unpriced("inference_geo", ["global"]),
  unpriced("container", []),
  unpriced("service_tier", ["auto", "standard_only"]),
  {
    param: "fallbacks",
    asks: () => true,
    message: "Another model may answer then, at a price of its own. Leave `fallbacks` out and ask that model yourself.",
  },
  { param: "compaction", asks: () => true, message: COMPACTION },
  { param: "context_management", asks: (value) => /"type":"compact/.test(JSON.stringify(value)), message: COMPACTION },
];

/** What a translation is made from. */
const READ: ReadonlySet<string> = new Set(Object.keys(messagesRequestSchema.shape));

/** Only a provider of the dialect can do these. Context that is not cleared is no other question: that is left out. */
const NATIVE_FIELDS = ["mcp_servers"] as const;

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

/** A Messages request as the canonical one. A refusal names the first field at fault by its path. */
export function parseRequest(body: JsonObject): ParsedChat | Refused {
  const parsed = messagesRequestSchema.safeParse(body);
  if (!parsed.success) return refuse("invalid_request", dotted(describeIssue(parsed.error)));
  const refused = refuseFields(body, UNPRICED);
  if (refused !== null) return refused;
  return canonical(parsed.data, body);
}

/** Paths as Anthropic writes them, `messages.0.content.1`. */
function dotted({ param, message }: ReturnType<typeof describeIssue>): ReturnType<typeof describeIssue> {
  const own = param.replace(/\[(\d+)\]/g, ".$1");
  return { param: own, message: message.replace(`\`${param}\``, `\`${own}\``) };
}

/** Fields that have another name here. */
const FIELD_PLACES: readonly Place[] = [
  { canonical: "max_completion_tokens", own: "max_tokens" },
  { canonical: "stop", own: "stop_sequences" },
  { canonical: "user", own: "metadata.user_id" },
  { canonical: "response_format", own: "output_config.format" },
  { canonical: "response_format.json_schema.schema", own: "output_config.format.schema" },
  { canonical: "parallel_tool_calls", own: "tool_choice.disable_parallel_tool_use" },
  { canonical: "tool_choice.function.name", own: "tool_choice.name" },
  { canonical: "web_search_options", own: "tools" },
];

const placesOf = (
  { thinking, output_config }: MessagesRequest,
  messages: readonly PlacedMessage[],
  tools: readonly Place[],
): readonly Place[] => [
  ...FIELD_PLACES,
  { canonical: "reasoning_effort", own: thinking || !output_config?.effort ? "thinking" : "output_config.effort" },
  ...tools,
  ...messages.flatMap(({ own, fields }, at) => [
    { canonical: `messages[${at}]`, own },
    ...fields.map((field) => ({ canonical: `messages[${at}].${field.canonical}`, own: field.own })),
  ]),
];

function canonical(asked: MessagesRequest, body: JsonObject): ParsedChat | Refused {
  const system = convertSystem(asked.system);
  if (isRefused(system)) return system;
  const turns = convertTurns(asked.messages);
  if (isRefused(turns)) return turns;
  const tools = convertTools(asked);
  if (isRefused(tools)) return tools;
  const placed = [...system.messages, ...turns.messages];
  const request = {
    model: asked.model,
    messages: placed.map(({ message }) => message),
    max_completion_tokens: asked.max_tokens,
    ...(asked.stream === true ? { stream: true, stream_options: { include_usage: true } } : {}),
    ...optional("stop", asked.stop_sequences),
    ...optional("temperature", asked.temperature),
    ...optional("top_p", asked.top_p),
    ...optional("top_k", asked.top_k),
    ...optional("user", asked.metadata?.user_id),
    ...optional("reasoning_effort", effortOf(asked)),
    ...optional("response_format", formatOf(asked)),
    ...tools.fields,
  };
  const pathOf = (param: string): string => ownPath(param, placesOf(asked, placed, tools.places));
  // Checked once more, as what every provider's folder expects.
  const checked = chatRequestSchema.safeParse(request);
  if (!checked.success) {
    return { refused: inCallersPlace({ code: "invalid_request", ...describeIssue(checked.error) }, pathOf) };
  }
  const native_only: readonly NativeOnly[] = [
    ...system.native_only,
    ...turns.native_only,
    ...tools.native_only,
    ...NATIVE_FIELDS.filter((name) => isSet(body[name])).map((name) => ({
      param: name,
      message: `Only Anthropic's own models have \`${name}\`.`,
    })),
  ];
  return {
    request: checked.data,
    native_only,
    pathOf,
    pricedNatively: () => pricedNatively(checked.data, body, native_only.length > 0),
    warnings: [...turns.warnings, ...tools.warnings, ...unreadFields(body, READ)],
  };
}

/** Whatever only Anthropic reads may be of any size, and a cache mark may stand where the canonical request has none. */
function pricedNatively(request: ChatRequest, body: JsonObject, has_native: boolean): ChatRequest {
  const text = JSON.stringify(body);
  const caches = text.includes('"cache_control"');
  const marks = [...(caches ? [{ type: "ephemeral" as const }] : []), ...(text.includes('"1h"') ? [ONE_HOUR] : [])];
  const unknown = has_native ? [{ role: "user" as const, content: [{ type: "file" as const, file: {} }] }] : [];
  const marked = marks.map((cache_control) => ({ role: "user" as const, content: "", cache_control }));
  return { ...request, messages: [...request.messages, ...unknown, ...marked] };
}

const ONE_HOUR = { type: "ephemeral", ttl: "1h" } as const;

const optional = <Name extends string, Value>(name: Name, value: Value | null | undefined) =>
  value === null || value === undefined ? {} : { [name]: value };

/** The effort that a budget stands for, by its share of the answer's bound: what the way back makes of an effort. */
function effortOf({ thinking, output_config, max_tokens }: MessagesRequest): ChatRequest["reasoning_effort"] {
  if (thinking?.type === "disabled") return "none";
  const effort = output_config?.effort ?? null;
  if (thinking === null || thinking === undefined) return effort;
  if (thinking.type === "adaptive") return effort ?? "medium";
  const share = (thinking.budget_tokens ?? 0) / max_tokens;
  if (share <= 0.15) return "minimal";
  if (share <= 0.35) return "low";
  return share <= 0.65 ? "medium" : "high";
}

function formatOf({ output_config }: MessagesRequest): ChatRequest["response_format"] {
  const format = output_config?.format;
  if (format === null || format === undefined) return null;
  return { type: "json_schema", json_schema: { name: "answer", schema: format.schema, strict: true } };
}
