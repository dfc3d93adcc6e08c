import type { Part } from "../../../../schema/canonical/parts.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { AnswerIdentity } from "../chat-dialect.ts";
import type { StreamRenderer, StreamTail } from "../stream-renderer.ts";
import { signatureField } from "./signature-field.ts";
import { toOpenAiUsage } from "./usage.ts";

export interface RenderOptions {
  readonly identity: AnswerIdentity;
  /** The caller's `stream_options.include_usage`. */
  readonly include_usage: boolean;
  /** It goes on in a stream whose first choice has its role already. */
  readonly goes_on?: boolean;
}

export const DONE = "data: [DONE]\n\n";

/** One event line of the caller's stream. */
export const dataLine = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

/** Renders parts of any provider as `chat.completion.chunk` events. */
export function createChunkRenderer(options: RenderOptions): StreamRenderer {
  const { identity, include_usage, goes_on = false } = options;
  const opened = new Set<number>(goes_on ? [0] : []);
  const finished = new Set<number>();
  const base = { id: identity.id, object: "chat.completion.chunk", created: identity.created, model: identity.model };
  // With include_usage the field is null on every chunk but the last; without it, it is not there at all.
  const usageField = include_usage ? { usage: null } : {};

  const chunk = (choice: number, delta: Record<string, unknown>, finish_reason: string | null): string => {
    const first = !opened.has(choice);
    opened.add(choice);
    const whole = first ? { role: "assistant", ...(Object.keys(delta).length === 0 ? { content: "" } : delta) } : delta;
    return dataLine({
      ...base,
      choices: [{ index: choice, delta: whole, logprobs: null, finish_reason }],
      ...usageField,
    });
  };

  const part = (item: Part): string => {
    switch (item.type) {
      case "text":
        return chunk(item.choice, { content: item.text }, null);
      case "refusal":
        return chunk(item.choice, { refusal: item.text }, null);
      case "reasoning":
        return chunk(item.choice, { reasoning_content: item.text }, null);
      case "reasoning_signature":
        return chunk(item.choice, { reasoning_signature: item.signature }, null);
      case "tool_call": {
        const call = {
          index: item.index,
          id: item.id,
          type: "function",
          function: { name: item.name, arguments: "" },
          ...signatureField(item.signature),
        };
        return chunk(item.choice, { tool_calls: [call] }, null);
      }
      case "tool_arguments":
        return chunk(item.choice, { tool_calls: [{ index: item.index, function: { arguments: item.json } }] }, null);
      case "finish":
        finished.add(item.choice);
        return chunk(item.choice, {}, item.reason);
      case "start":
        return goes_on ? "" : chunk(0, {}, null);
      case "usage":
      case "error":
      case "end":
        return "";
      default:
        return unreachable(item);
    }
  };

  const end = ({ usage, ao }: StreamTail): string => {
    const aoField = ao === null ? {} : { ao };
    if (include_usage) return dataLine({ ...base, choices: [], usage: toOpenAiUsage(usage), ...aoField }) + DONE;
    return (ao === null ? "" : dataLine({ ...base, choices: [], ao })) + DONE;
  };

  const cut = (tail: StreamTail): string => {
    const open = [...opened].filter((choice) => !finished.has(choice));
    // None is open when nothing was said yet, or when what finished the answer is what could not be delivered.
    return (open.length === 0 ? [0] : open).map((choice) => chunk(choice, {}, "length")).join("") + end(tail);
  };

  return {
    event: (_event, parts) => parts.map(part).join(""),
    end,
    cut,
    error: dataLine,
    resume: () => createChunkRenderer({ ...options, goes_on: true }),
  };
}
