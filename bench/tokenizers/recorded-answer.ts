import { isJsonObject, type Json, type JsonObject } from "../../schema/kernel/json.ts";

/** What a provider delivered in a recorded answer and how many tokens it says that was. */
export interface RecordedAnswer {
  readonly text: string;
  readonly tool_calls: number;
  readonly output_tokens: number;
}

/** Members whose text is delivered, whatever the provider; signatures and ids are none. */
const DELIVERED: ReadonlySet<string> = new Set([
  "text",
  "thinking",
  "content",
  "reasoning",
  "reasoning_content",
  "tool_plan",
  "partial_json",
  "arguments",
  "name",
  "input",
]);

/** Members that hold a call's arguments, as a value or as pieces of text. */
const VALUES: ReadonlySet<string> = new Set(["input", "args"]);

/**
 * Reads an answer, whole (one object) or streamed (its events), of any provider: all delivered texts in their order, and the
 * last count of output tokens. Null when it has none.
 */
export function recordedAnswer(events: readonly Json[]): RecordedAnswer | null {
  const found = { texts: [] as string[], names: new Set<string>(), calls: 0, tokens: -1 };
  for (const event of events) walk(event);
  const text = found.texts.join("");
  return found.tokens < 0 || text === "" ? null : { text, tool_calls: found.calls, output_tokens: found.tokens };

  function walk(value: Json): void {
    if (Array.isArray(value)) for (const item of value) walk(item);
    else if (isJsonObject(value)) walkObject(value);
  }

  function walkObject(object: JsonObject): void {
    found.tokens = outputTokens(object) ?? found.tokens;
    for (const [key, value] of Object.entries(object)) {
      if (typeof value === "string" && DELIVERED.has(key)) {
        if (key === "name") found.calls += 1;
        found.texts.push(value);
      } else if (isJsonObject(value) && VALUES.has(key)) {
        if (Object.keys(value).length > 0) found.texts.push(JSON.stringify(value));
      } else if (!USAGE_FIELDS.has(key) && value !== null) walk(value);
      else if (key === "usage" || key === "usageMetadata") found.tokens = countOf(value) ?? found.tokens;
    }
  }
}

const USAGE_FIELDS: ReadonlySet<string> = new Set(["usage", "usageMetadata", "x_groq"]);

const outputTokens = (object: JsonObject): number | null => countOf(object.usage) ?? countOf(object.usageMetadata);

/** Of the shapes that providers have: the tokens of what was delivered. Gemini counts its hidden thoughts apart. */
function countOf(usage: Json | undefined): number | null {
  if (!isJsonObject(usage)) return null;
  const billed = isJsonObject(usage.billed_units) ? usage.billed_units.output_tokens : null;
  const figures = [
    billed,
    usage.output_tokens,
    usage.completion_tokens,
    usage.candidatesTokenCount,
    usage.outputTokens,
  ];
  return figures.find((figure) => typeof figure === "number") ?? null;
}
