import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type JsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import type { UpstreamEvent } from "../../providers/kit/provider.ts";
import type { RenderContext } from "../chat-dialect.ts";
import type { StreamRenderer, StreamTail } from "../stream-renderer.ts";
import { textPart } from "./output-items.ts";
import { toResponsesUsage } from "./response-object.ts";

/** Events before the answer itself: they wait for it, so that a failure at its beginning is answered as one. */
const BEFORE: ReadonlySet<string> = new Set(["response.created", "response.queued", "response.in_progress"]);

/** An item that has begun and not ended, with what was said of it. */
interface OpenItem {
  readonly item: JsonObject;
  readonly output_index: number;
  text: string;
  refusal: string;
  summary: string;
  json: string;
}

/** Passes the stream of a provider that speaks this dialect: each event goes on as it came. */
export function createPassRenderer({ identity, body }: RenderContext): StreamRenderer {
  let held = "";
  /** The response as the provider announced it. */
  let announced: JsonObject = { id: identity.id, object: "response", created_at: identity.created };
  let last_data = "";
  /** The provider's last event, of an answer that has ended or failed. */
  let terminal: UpstreamEvent | null = null;
  let open: OpenItem | null = null;
  const done: JsonObject[] = [];

  const release = (): string => {
    const text = held;
    held = "";
    return text;
  };

  const note = (type: string, data: string): void => {
    const value = BEFORE.has(type) || type.startsWith("response.output_item.") ? tryParseJson(data) : undefined;
    if (!isJsonObject(value)) return;
    const { item, output_index, response } = value;
    if (isJsonObject(response)) announced = response;
    if (!isJsonObject(item)) return;
    if (type === "response.output_item.done") {
      done.push(item);
      open = null;
      return;
    }
    const place = typeof output_index === "number" ? output_index : done.length;
    open = { item, output_index: place, text: "", refusal: "", summary: "", json: "" };
  };

  const say = (parts: readonly Part[]): void => {
    if (open === null) return;
    for (const part of parts) {
      if (part.type === "text") open.text += part.text;
      else if (part.type === "refusal") open.refusal += part.text;
      else if (part.type === "reasoning") open.summary += part.text;
      else if (part.type === "tool_arguments") open.json += part.json;
    }
  };

  const event = (upstream: UpstreamEvent, parts: readonly Part[]): string => {
    if (parts.some(({ type }) => type === "end" || type === "error")) {
      terminal = upstream;
      return "";
    }
    const type = typeOf(upstream);
    last_data = upstream.data;
    note(type, upstream.data);
    say(parts);
    const text = eventText(upstream);
    if (!BEFORE.has(type)) return release() + text;
    held += text;
    return "";
  };

  const own = (type: string, fields: object, after = 1): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequenceOf(last_data) + after, ...fields })}\n\n`;

  return {
    event,
    end: ({ ao }: StreamTail) => release() + (terminal === null ? "" : eventText(withAo(terminal, ao))),
    cut: ({ usage, ao }: StreamTail) => {
      const before = release();
      const rest = open === null ? [] : [incompleteItem(open)];
      const closing = rest.map((item) =>
        own("response.output_item.done", { output_index: open?.output_index ?? 0, item }),
      );
      const response = {
        ...announced,
        status: "incomplete",
        incomplete_details: { reason: "max_output_tokens" },
        output: [...done, ...rest],
        usage: toResponsesUsage(usage),
        store: false,
        tools: announced.tools ?? body.tools ?? [],
      };
      const extra = ao === null ? {} : { ao };
      return before + closing.join("") + own("response.incomplete", { response, ...extra }, closing.length + 1);
    },
    error: ({ error }) => {
      const { message, code, param } = error;
      const before = release();
      const failure = terminal === null ? null : failedEvent(terminal, message);
      return before + (failure ?? own("error", { code, message, param }));
    },
  };
}

const typeOf = ({ event, data }: UpstreamEvent): string => {
  if (event !== null) return event;
  const value = tryParseJson(data);
  return isJsonObject(value) && typeof value.type === "string" ? value.type : "message";
};

/** One event, its data on as many lines as it has. */
function eventText({ event, data }: UpstreamEvent): string {
  const lines = data.includes("\n") ? data.replaceAll("\n", "\ndata: ") : data;
  return `${event === null ? "" : `event: ${event}\n`}data: ${lines}\n\n`;
}

/** The last event with what the platform adds, at its end: the provider's own text is not written anew. */
function withAo(event: UpstreamEvent, ao: StreamTail["ao"]): UpstreamEvent {
  if (ao === null) return event;
  return { ...event, data: event.data.replace(/\}\s*$/, () => `,"ao":${JSON.stringify(ao)}}`) };
}

/** Quotes inside a JSON string are escaped, so the name can only be a member's. */
const sequenceOf = (data: string): number => Number(/"sequence_number"\s*:\s*(\d+)/.exec(data)?.[1] ?? -1);

/** The provider's own event of a response that failed, in the words that are fit to be shown; null for any other. */
function failedEvent({ event, data }: UpstreamEvent, message: string): string | null {
  const value = tryParseJson(data);
  if (!isJsonObject(value) || value.type !== "response.failed" || !isJsonObject(value.response)) return null;
  const error = isJsonObject(value.response.error) ? value.response.error : { code: "server_error" };
  const response = { ...value.response, error: { ...error, message } };
  return eventText({ event, data: JSON.stringify({ ...value, response }) });
}

/** An item as far as it was delivered. */
function incompleteItem({ item, text, refusal, summary, json }: OpenItem): JsonObject {
  switch (item.type) {
    case "message": {
      const parts = [
        ...(text === "" ? [] : [textPart(text)]),
        ...(refusal === "" ? [] : [{ type: "refusal", refusal }]),
      ];
      return { ...item, status: "incomplete", content: parts };
    }
    case "reasoning":
      return { ...item, summary: summary === "" ? [] : [{ type: "summary_text", text: summary }] };
    case "function_call":
      return { ...item, status: "incomplete", arguments: json };
    case "custom_tool_call":
      return { ...item, status: "incomplete", input: json };
    default:
      return { ...item, status: "incomplete" };
  }
}
