import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type JsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import type { UpstreamEvent } from "../../providers/kit/provider.ts";
import type { AnswerIdentity } from "../chat-dialect.ts";
import type { StreamRenderer, StreamTail } from "../stream-renderer.ts";
import { createChunkRenderer, DONE, dataLine, type RenderOptions } from "./render-stream.ts";
import { toOpenAiUsage } from "./usage.ts";

/** More than any server sends before its answer begins; whoever sends more is passed on. */
const HELD_EVENTS_MAX = 16;

/**
 * Passes the stream of a provider that speaks this dialect: each event's data goes on as it came. The gateway always asks
 * the provider for usage; where the caller did not, the usage fields are taken out again, in the text, without parsing
 * and writing the event anew.
 *
 * Inside a JSON string every quote is escaped, so the pattern can only match a member of an object: its first behind the
 * brace, or another with its comma.
 */
const NULL_USAGE = /(\{\s*)"usage"\s*:\s*null\s*,?|,\s*"usage"\s*:\s*null/g;

export function createPassRenderer(options: RenderOptions): StreamRenderer {
  const { include_usage } = options;
  const own = createChunkRenderer(options);
  const open = new Set<number>();
  let first: UpstreamEvent | null = null;
  let usageSent = false;
  /** What is held back before the first choice; null once that has come. */
  let held: { text: string; events: number } | null = { text: "", events: 0 };

  /**
   * A stream may begin with chunks that have no choice (Azure's filters report on the prompt first) and then fail: such
   * chunks wait for the first choice, so that the failure is still answered as one.
   */
  const event = (upstream: UpstreamEvent, parts: readonly Part[]): string => {
    const text = passed(upstream, parts);
    if (held === null || text === "") return text;
    if (held.events < HELD_EVENTS_MAX && !hasChoice(upstream.data)) {
      held = { text: held.text + text, events: held.events + 1 };
      return "";
    }
    return release() + text;
  };

  const release = (): string => {
    const text = held?.text ?? "";
    held = null;
    return text;
  };

  const passed = (upstream: UpstreamEvent, parts: readonly Part[]): string => {
    if (parts.length === 0 && lacksDelta(upstream.data)) return "";
    let hasUsage = false;
    for (const part of parts) {
      if (part.type === "end" || part.type === "error") return "";
      if (part.type === "start") first = upstream;
      else if (part.type === "usage") hasUsage = true;
      else if (part.type === "finish") open.delete(part.choice);
      else open.add(part.choice);
    }
    usageSent ||= hasUsage;
    if (include_usage) return eventText(upstream.event, upstream.data);
    const data = hasUsage ? withoutUsage(upstream.data) : upstream.data.replace(NULL_USAGE, keepInner);
    return data === null ? "" : eventText(upstream.event, data);
  };

  /** The provider's own identity of the stream, for chunks that we add. */
  const identity = (): AnswerIdentity => {
    const value = first === null ? undefined : tryParseJson(first.data);
    const { id, created, model } = isJsonObject(value) ? value : {};
    return {
      id: typeof id === "string" && id !== "" ? id : options.identity.id,
      created: typeof created === "number" && created !== 0 ? created : options.identity.created,
      model: typeof model === "string" && model !== "" ? model : options.identity.model,
    };
  };

  const frame = (): JsonObject => {
    const { id, created, model } = identity();
    return { id, object: "chat.completion.chunk", created, model };
  };

  const end = ({ usage, ao }: StreamTail): string => {
    const usageChunk = include_usage && !usageSent ? { usage: toOpenAiUsage(usage) } : null;
    const before = release();
    if (usageChunk === null && ao === null) return before + DONE;
    return before + dataLine({ ...frame(), choices: [], ...usageChunk, ...(ao === null ? null : { ao }) }) + DONE;
  };

  const cut = (tail: StreamTail): string => {
    const before = release();
    const usageField = include_usage ? { usage: null } : null;
    const finishes = (open.size === 0 ? [0] : [...open]).map((index) =>
      dataLine({
        ...frame(),
        choices: [{ index, delta: {}, logprobs: null, finish_reason: "length" }],
        ...usageField,
      }),
    );
    return before + finishes.join("") + end(tail);
  };

  const resume = () => createChunkRenderer({ identity: identity(), include_usage, goes_on: true });

  return { event, end, cut, error: own.error, resume };
}

/**
 * Whether an event that means nothing has a choice without a delta: Azure ends with such a report of its filters, and
 * clients that read `choices[0].delta.content` break on it.
 */
function lacksDelta(data: string): boolean {
  const value = tryParseJson(data);
  if (!isJsonObject(value) || !Array.isArray(value.choices)) return false;
  return value.choices.some((choice) => isJsonObject(choice) && !isJsonObject(choice.delta));
}

/** One event, its data on as many lines as it has. */
function eventText(name: string | null, data: string): string {
  const lines = data.includes("\n") ? data.replaceAll("\n", "\ndata: ") : data;
  return `${name === null ? "" : `event: ${name}\n`}data: ${lines}\n\n`;
}

/** Whether an event is a chunk with a choice in it, or none of our chunks at all. */
function hasChoice(data: string): boolean {
  const value = tryParseJson(data);
  return !isJsonObject(value) || (Array.isArray(value.choices) && value.choices.length > 0);
}

const STRINGS = /"(?:[^"\\]|\\.)*"/g;

/**
 * Replaces a null usage of the chunk itself, and keeps one of an object inside it: behind the chunk's own member exactly
 * one bracket is still to be closed. It mostly stands near the end, so that little is looked at.
 */
function keepInner(match: string, brace: string | undefined, offset: number, data: string): string {
  const rest = data.slice(offset + match.length).replace(STRINGS, "");
  let open = 0;
  for (const char of rest) {
    if (char === "{" || char === "[") open += 1;
    else if (char === "}" || char === "]") open -= 1;
  }
  return open === -1 ? (brace ?? "") : match;
}

/** The data of an event that carries usage, for a caller that did not ask: nothing is left of a pure usage chunk. */
function withoutUsage(data: string): string | null {
  const value = tryParseJson(data);
  if (!isJsonObject(value)) return null;
  const { usage: _usage, ...rest } = value;
  return Array.isArray(rest.choices) && rest.choices.length > 0 ? JSON.stringify(rest) : null;
}
