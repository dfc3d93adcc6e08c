import type { FinishReason, Part } from "../../../../schema/canonical/parts.ts";
import type { Usage } from "../../../../schema/canonical/usage.ts";
import type { RenderContext } from "../chat-dialect.ts";
import type { StreamRenderer, StreamTail } from "../stream-renderer.ts";
import {
  callText,
  type ItemStatus,
  itemObject,
  itemObjects,
  type OutputItem,
  OutputItems,
  textPart,
} from "./output-items.ts";
import { wantsProof } from "./render-whole.ts";
import { incompleteReason, responseObject } from "./response-object.ts";

/** Renders the parts of any provider's answer as the events of a response. */
export function createResponsesRenderer(context: RenderContext): StreamRenderer {
  const with_proof = wantsProof(context);
  const output = new OutputItems(context.identity.id, context.body, with_proof);
  let sequence = 0;
  let started = false;
  let open: OutputItem | null = null;
  /** The kind of content that is open within the item. */
  let content: "text" | "refusal" | "summary" | null = null;
  let finish: FinishReason | null = null;

  const send = (type: string, data: object): string => {
    const text = `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...data })}\n\n`;
    sequence += 1;
    return text;
  };

  const response = (
    status: "in_progress" | "completed" | "incomplete",
    incomplete: string | null,
    usage: Usage | null,
  ) =>
    responseObject(context, {
      status,
      incomplete,
      output: status === "in_progress" ? [] : itemObjects(output.items, incomplete, with_proof),
      usage,
    });

  const start = (): string => {
    if (started) return "";
    started = true;
    const created = response("in_progress", null, null);
    return send("response.created", { response: created }) + send("response.in_progress", { response: created });
  };

  const place = (item: OutputItem) => ({ item_id: item.id, output_index: output.items.indexOf(item) });

  const closeContent = (item: OutputItem): string => {
    const at = place(item);
    const was = content;
    content = null;
    if (was === "summary" && item.type === "reasoning") {
      const part = { type: "summary_text", text: item.text };
      return (
        send("response.reasoning_summary_text.done", { ...at, summary_index: 0, text: item.text }) +
        send("response.reasoning_summary_part.done", { ...at, summary_index: 0, part })
      );
    }
    if (was === "text" && item.type === "message") {
      return (
        send("response.output_text.done", { ...at, content_index: 0, text: item.text, logprobs: [] }) +
        send("response.content_part.done", { ...at, content_index: 0, part: textPart(item.text) })
      );
    }
    if (was === "refusal" && item.type === "message") {
      const content_index = item.text === "" ? 0 : 1;
      const part = { type: "refusal", refusal: item.refusal };
      return (
        send("response.refusal.done", { ...at, content_index, refusal: item.refusal }) +
        send("response.content_part.done", { ...at, content_index, part })
      );
    }
    return "";
  };

  const closeCall = (item: OutputItem, status: ItemStatus): string => {
    if (!("json" in item)) return "";
    const text = callText(item, status);
    if (item.type === "custom_tool_call") {
      // The text stands escaped in JSON, so it comes in one piece.
      const delta = send("response.custom_tool_call_input.delta", { ...place(item), delta: text });
      return delta + send("response.custom_tool_call_input.done", { ...place(item), input: text });
    }
    return send("response.function_call_arguments.done", { ...place(item), name: item.name, arguments: text });
  };

  const close = (status: ItemStatus = "completed"): string => {
    if (open === null) return "";
    const item = open;
    open = null;
    const before = closeContent(item) + closeCall(item, status);
    const done = { output_index: output.items.indexOf(item), item: itemObject(item, status, with_proof) };
    return before + send("response.output_item.done", done);
  };

  const openContent = (item: OutputItem, kind: "text" | "refusal" | "summary"): string => {
    if (content === kind) return "";
    const before = closeContent(item);
    content = kind;
    const at = place(item);
    if (kind === "summary") {
      const part = { type: "summary_text", text: "" };
      return before + send("response.reasoning_summary_part.added", { ...at, summary_index: 0, part });
    }
    const content_index = kind === "refusal" && item.type === "message" && item.text !== "" ? 1 : 0;
    const part = kind === "text" ? textPart("") : { type: "refusal", refusal: "" };
    return before + send("response.content_part.added", { ...at, content_index, part });
  };

  const part = (item: Part): string => {
    if (item.type === "finish" && item.choice === 0) finish = item.reason;
    const changes = output.take(item);
    const target = changes.at(-1)?.item;
    if (target === undefined) return "";
    let text = "";
    for (const change of changes) {
      if (!change.opened) continue;
      text += close();
      open = change.item;
      text += send("response.output_item.added", {
        output_index: output.items.indexOf(change.item),
        item: itemObject(emptied(change.item), "in_progress", false),
      });
    }
    const at = place(target);
    if (item.type === "text") {
      return `${text}${openContent(target, "text")}${send("response.output_text.delta", { ...at, content_index: 0, delta: item.text, logprobs: [] })}`;
    }
    if (item.type === "refusal") {
      const opened = openContent(target, "refusal");
      const content_index = target.type === "message" && target.text !== "" ? 1 : 0;
      return `${text}${opened}${send("response.refusal.delta", { ...at, content_index, delta: item.text })}`;
    }
    if (item.type === "reasoning") {
      return `${text}${openContent(target, "summary")}${send("response.reasoning_summary_text.delta", { ...at, summary_index: 0, delta: item.text })}`;
    }
    if (item.type === "tool_arguments" && target.type === "function_call") {
      return text + send("response.function_call_arguments.delta", { ...at, delta: item.json });
    }
    return text;
  };

  const ending = ({ usage, ao }: StreamTail, reason: FinishReason | "cut" | null): string => {
    const incomplete = incompleteReason(reason);
    const before = start() + close(incomplete === null ? "completed" : "incomplete");
    const status = incomplete === null ? "completed" : "incomplete";
    const extra = ao === null ? {} : { ao };
    return before + send(`response.${status}`, { response: response(status, incomplete, usage), ...extra });
  };

  return {
    event: (_event, parts) => {
      const begins = parts.length > 0 ? start() : "";
      return begins + parts.map(part).join("");
    },
    end: (tail) => ending(tail, finish),
    cut: (tail) => ending(tail, "cut"),
    error: ({ error }) => {
      const { message, code, param } = error;
      return send("error", { code, message, param });
    },
  };
}

/** An item as it is announced: with nothing in it yet. */
function emptied(item: OutputItem): OutputItem {
  if (item.type === "reasoning") return { ...item, text: "", signature: "" };
  return item.type === "message" ? { ...item, text: "", refusal: "" } : { ...item, json: "" };
}
