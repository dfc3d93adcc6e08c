import type { FinishReason, Part } from "../../../../schema/canonical/parts.ts";
import type { Usage } from "../../../../schema/canonical/usage.ts";
import { openAiEnvelope } from "../../../../schema/http/error-response.ts";
import type { ChatDialect, RenderContext } from "../chat-dialect.ts";
import { DONE, dataLine } from "../openai-chat/render-stream.ts";
import { toOpenAiUsage } from "../openai-chat/usage.ts";
import type { StreamRenderer } from "../stream-renderer.ts";
import { parseRequest } from "./parse-request.ts";

/** OpenAI's old Completions, for applications that were never moved to chat. */
export const openAiCompletions: ChatDialect = {
  id: "openai-completions",
  id_prefix: "cmpl-",
  forwarded_headers: [],
  parse: parseRequest,
  renderWhole,
  createRenderer,
  createPassRenderer: createRenderer,
  errorEnvelope: openAiEnvelope,
};

/** The three reasons that this contract has. */
const finishOf = (reason: FinishReason | null): string =>
  reason === "length" || reason === "content_filter" ? reason : "stop";

const choiceOf = (index: number, text: string, finish_reason: string | null) => ({
  text,
  index,
  logprobs: null,
  finish_reason,
});

function renderWhole(parts: readonly Part[], { identity }: RenderContext, usage: Usage): Record<string, unknown> {
  const texts = new Map<number, { text: string; finish: FinishReason | null }>();
  for (const part of parts) {
    if (!("choice" in part)) continue;
    const choice = texts.get(part.choice) ?? { text: "", finish: null };
    texts.set(part.choice, choice);
    if (part.type === "text" || part.type === "refusal") choice.text += part.text;
    if (part.type === "finish") choice.finish = part.reason;
  }
  if (texts.size === 0) texts.set(0, { text: "", finish: null });
  return {
    ...identity,
    object: "text_completion",
    choices: [...texts]
      .sort(([a], [b]) => a - b)
      .map(([index, { text, finish }]) => choiceOf(index, text, finishOf(finish))),
    usage: toOpenAiUsage(usage),
  };
}

function createRenderer({ identity, request }: RenderContext): StreamRenderer {
  const include_usage = request.stream_options?.include_usage === true;
  const base = { ...identity, object: "text_completion" };
  const nothing = include_usage ? { usage: null } : {};
  const open = new Set([0]);
  const chunk = (index: number, text: string, finish: string | null): string =>
    dataLine({ ...base, choices: [choiceOf(index, text, finish)], ...nothing });
  const part = (item: Part): string => {
    if (item.type === "text" || item.type === "refusal") {
      open.add(item.choice);
      return chunk(item.choice, item.text, null);
    }
    if (item.type !== "finish") return "";
    open.delete(item.choice);
    return chunk(item.choice, "", finishOf(item.reason));
  };
  const end: StreamRenderer["end"] = ({ usage, ao }) => {
    const last = { ...(include_usage ? { usage: toOpenAiUsage(usage) } : {}), ...(ao === null ? {} : { ao }) };
    return (Object.keys(last).length === 0 ? "" : dataLine({ ...base, choices: [], ...last })) + DONE;
  };
  const renderer: StreamRenderer = {
    event: (_event, parts) => parts.map(part).join(""),
    end,
    cut: (tail) => [...open].map((index) => chunk(index, "", "length")).join("") + end(tail),
    error: dataLine,
    // Its chunks have no role, and the open choice stays open.
    resume: () => renderer,
  };
  return renderer;
}
