import type { Part } from "../../../../schema/canonical/parts.ts";
import { type ArgumentsWriter, createArgumentsWriter } from "./arguments-writer.ts";
import { type SignaturePiece, signaturePieces } from "./signature-pieces.ts";

/** An event of a message's stream that is about one content block. */
export type BlockEvent =
  | { readonly type: "content_block_start"; readonly index: number; readonly content_block: StartBlock }
  | { readonly type: "content_block_delta"; readonly index: number; readonly delta: BlockDelta }
  | { readonly type: "content_block_stop"; readonly index: number };

export type StartBlock =
  | { readonly type: "text"; readonly text: "" }
  | { readonly type: "thinking"; readonly thinking: ""; readonly signature: "" }
  | { readonly type: "redacted_thinking"; readonly data: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: Record<never, never> };

export type BlockDelta =
  | { readonly type: "text_delta"; readonly text: string }
  | { readonly type: "thinking_delta"; readonly thinking: string }
  | { readonly type: "signature_delta"; readonly signature: string }
  | { readonly type: "input_json_delta"; readonly partial_json: string };

/** A block that has not ended, with what of it was not handed on yet. */
type OpenBlock =
  | { readonly type: "text"; unsent: string }
  | { readonly type: "thinking"; unsent: string; signature: string }
  | { readonly type: "redacted_thinking"; readonly data: string }
  | {
      readonly type: "tool_use";
      readonly call: number;
      readonly id: string;
      readonly name: string;
      readonly writer: ArgumentsWriter;
      unsent: string;
    };

/** Takes the parts of one choice in, whatever their order, and answers the events of its blocks, one block after another. */
export interface ContentBlocks {
  take(part: Part): readonly BlockEvent[];
  /** The end of the answer: everything that is open ends. */
  end(): readonly BlockEvent[];
}

/**
 * The blocks of a message follow one another, the parts of an answer need not: calls may be written at once. The first
 * block that has not ended goes on as it comes, those behind it wait. A call has ended when its arguments are a whole
 * object, everything else when something follows it.
 */
export function createContentBlocks(): ContentBlocks {
  const open: OpenBlock[] = [];
  let index = 0;
  let begun = false;

  /** All that can be handed on now; `final` when nothing follows any more. */
  const drain = (final: boolean): readonly BlockEvent[] => {
    const events: BlockEvent[] = [];
    for (;;) {
      const [first] = open;
      if (first === undefined) return events;
      if (!begun) events.push({ type: "content_block_start", index, content_block: startOf(first) });
      begun = true;
      events.push(...deltas(index, unsentOf(first)));
      const ended = final || (open.length > 1 && (first.type !== "tool_use" || first.writer.complete));
      if (!ended) return events;
      events.push(...deltas(index, lastOf(first)), { type: "content_block_stop", index });
      open.shift();
      begun = false;
      index += 1;
    }
  };

  const addText = (text: string): void => {
    const last = open.at(-1);
    if (last?.type === "text") last.unsent += text;
    else open.push({ type: "text", unsent: text });
  };

  const openThinking = () => {
    const block = { type: "thinking" as const, unsent: "", signature: "" };
    open.push(block);
    return block;
  };

  /** A signature ends its block: what is thought afterwards is another one. */
  const addReasoning = (text: string): void => {
    const last = open.at(-1);
    const block = last?.type === "thinking" && last.signature === "" ? last : openThinking();
    block.unsent += text;
  };

  const addSignature = ({ redacted, begins, value }: SignaturePiece): void => {
    if (redacted) {
      open.push({ type: "redacted_thinking", data: value });
      return;
    }
    const last = open.at(-1);
    const same = last?.type === "thinking" && (last.signature === "" || !begins);
    const block = same ? last : openThinking();
    block.signature += value;
  };

  const addArguments = (call: number, json: string): void => {
    const block = open.find((item) => item.type === "tool_use" && item.call === call);
    // Behind the end of a block there can only be white space, or what a model wrote beside its object.
    if (block?.type === "tool_use") block.unsent += block.writer.write(json);
  };

  return {
    take: (part) => {
      switch (part.type) {
        case "text":
        case "refusal":
          if (part.text !== "") addText(part.text);
          break;
        case "reasoning":
          if (part.text !== "") addReasoning(part.text);
          break;
        case "reasoning_signature":
          for (const piece of signaturePieces(part.signature)) addSignature(piece);
          break;
        case "tool_call": {
          const { index: call, id, name } = part;
          open.push({ type: "tool_use", call, id, name, writer: createArgumentsWriter(), unsent: "" });
          break;
        }
        case "tool_arguments":
          addArguments(part.index, part.json);
          break;
        default:
          return [];
      }
      return drain(false);
    },
    end: () => drain(true),
  };
}

function startOf(block: OpenBlock): StartBlock {
  switch (block.type) {
    case "text":
      return { type: "text", text: "" };
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    case "redacted_thinking":
      return { type: "redacted_thinking", data: block.data };
    case "tool_use":
      return { type: "tool_use", id: block.id, name: block.name, input: {} };
  }
}

/** What waits to be handed on. It is taken: the next call has what came since. */
function unsentOf(block: OpenBlock): BlockDelta | null {
  if (block.type === "redacted_thinking" || block.unsent === "") return null;
  const { unsent } = block;
  block.unsent = "";
  switch (block.type) {
    case "text":
      return { type: "text_delta", text: unsent };
    case "thinking":
      return { type: "thinking_delta", thinking: unsent };
    case "tool_use":
      return { type: "input_json_delta", partial_json: unsent };
  }
}

/** What ends a block. A signature goes on in one: clients keep the last that they get. */
function lastOf(block: OpenBlock): BlockDelta | null {
  if (block.type === "tool_use") return { type: "input_json_delta", partial_json: block.writer.end() };
  if (block.type === "thinking" && block.signature !== "") {
    return { type: "signature_delta", signature: block.signature };
  }
  return null;
}

const deltas = (index: number, delta: BlockDelta | null): readonly BlockEvent[] =>
  delta === null ? [] : [{ type: "content_block_delta", index, delta }];
