import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type JsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import type { UpstreamEvent } from "../../providers/kit/provider.ts";
import type { StreamRenderer, StreamTail } from "../stream-renderer.ts";
import { createChunkRenderer, DONE, dataLine, type RenderOptions } from "./render-stream.ts";
import { toOpenAiUsage } from "./usage.ts";

/**
 * Passes the stream of a provider that speaks this dialect: each event's data goes on as it came. The gateway always asks
 * the provider for usage; where the caller did not, the usage fields are taken out again, in the text, without parsing
 * and writing the event anew.
 *
 * Inside a JSON string every quote is escaped, so the pattern can only match a member of an object.
 */
const NULL_USAGE = /,\s*"usage"\s*:\s*null/;

export function createPassRenderer(options: RenderOptions): StreamRenderer {
  const { include_usage } = options;
  const own = createChunkRenderer(options);
  let last: UpstreamEvent | null = null;
  let usageSent = false;

  const event = (upstream: UpstreamEvent, parts: readonly Part[]): string => {
    if (parts.some(({ type }) => type === "end" || type === "error")) return "";
    const named = upstream.event === null ? "" : `event: ${upstream.event}\n`;
    last = upstream;
    if (include_usage) {
      usageSent ||= parts.some(({ type }) => type === "usage");
      return `${named}data: ${upstream.data}\n\n`;
    }
    if (!parts.some(({ type }) => type === "usage"))
      return `${named}data: ${upstream.data.replace(NULL_USAGE, "")}\n\n`;
    return withoutUsage(upstream.data);
  };

  /** The provider's own identity of the stream, for chunks that we add. */
  const frame = (): JsonObject => {
    const value = last === null ? undefined : tryParseJson(last.data);
    const { id, created, model } = isJsonObject(value) ? value : {};
    return {
      id: id ?? options.identity.id,
      object: "chat.completion.chunk",
      created: created ?? options.identity.created,
      model: model ?? options.identity.model,
    };
  };

  const end = ({ usage, ao }: StreamTail): string => {
    const usageChunk = include_usage && !usageSent ? { usage: toOpenAiUsage(usage) } : null;
    if (usageChunk === null && ao === null) return DONE;
    return dataLine({ ...frame(), choices: [], ...usageChunk, ...(ao === null ? null : { ao }) }) + DONE;
  };

  const cut = (tail: StreamTail): string =>
    dataLine({ ...frame(), choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: "length" }] }) + end(tail);

  return { event, end, cut, error: own.error };
}

/** An event that carries usage, for a caller that did not ask: nothing is left of a pure usage chunk. */
function withoutUsage(data: string): string {
  const value = tryParseJson(data);
  if (!isJsonObject(value)) return "";
  const { usage: _usage, ...rest } = value;
  return Array.isArray(rest.choices) && rest.choices.length > 0 ? dataLine(rest) : "";
}
