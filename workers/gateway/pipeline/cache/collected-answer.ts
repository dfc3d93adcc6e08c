import type { Part } from "../../../../schema/canonical/parts.ts";
import type { KeptPart } from "./sealed-answer.ts";

/** Larger answers are passed on and not kept: a row of the cache's object holds 2 MB. */
const CHARS_MAX = 400_000;

/**
 * Collects the parts of one answer as they go by, pieces of the same text put together. `parts` is null where such an
 * answer is not kept: it failed, was filtered, refused, is one of several or too large.
 */
export class CollectedAnswer {
  #parts: KeptPart[] = [];
  #chars = 0;
  #unfit = false;
  #ended = false;
  /** Whether anything of an answer has come. */
  seen = false;
  has_tool_calls = false;

  observe(parts: readonly Part[]): void {
    for (const part of parts) this.#observe(part);
  }

  #observe(part: Part): void {
    switch (part.type) {
      case "start":
      case "usage":
        return;
      case "end":
        this.#ended = true;
        return;
      case "error":
      case "refusal":
        this.#refuse();
        return;
      case "tool_call":
        this.has_tool_calls = true;
        this.#add({ ...part, choice: 0 }, part.choice);
        return;
      case "finish":
        if (part.reason === "content_filter") this.#refuse();
        else this.#add({ ...part, choice: 0, reason: part.reason }, part.choice);
        return;
      case "text":
      case "reasoning":
      case "reasoning_signature":
      case "tool_arguments":
        this.#add({ ...part, choice: 0 }, part.choice);
        return;
    }
  }

  #add(part: KeptPart, choice: number): void {
    this.seen = true;
    if (choice !== 0) this.#refuse();
    if (this.#unfit) return;
    this.#chars += sizeOf(part);
    if (this.#chars > CHARS_MAX) this.#refuse();
    if (this.#unfit) return;
    const last = this.#parts.at(-1);
    const joined = last === undefined ? null : join(last, part);
    if (joined === null) this.#parts.push(part);
    else this.#parts[this.#parts.length - 1] = joined;
  }

  #refuse(): void {
    this.#unfit = true;
    this.#parts = [];
  }

  /** The answer; null where it is not kept, or has not come to its end. */
  get parts(): readonly KeptPart[] | null {
    const finished = this.#parts.some(({ type }) => type === "finish");
    return this.#unfit || !finished || !this.#ended ? null : this.#parts;
  }
}

function sizeOf(part: KeptPart): number {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text.length;
    case "reasoning_signature":
      return part.signature.length;
    case "tool_arguments":
      return part.json.length;
    case "tool_call":
      return part.name.length + part.id.length + (part.signature?.length ?? 0);
    case "finish":
      return 0;
  }
}

function join(last: KeptPart, next: KeptPart): KeptPart | null {
  if (last.type === "text" && next.type === "text") return { ...last, text: last.text + next.text };
  if (last.type === "reasoning" && next.type === "reasoning") return { ...last, text: last.text + next.text };
  if (last.type === "tool_arguments" && next.type === "tool_arguments" && last.index === next.index) {
    return { ...last, json: last.json + next.json };
  }
  return null;
}

/** What of an answer is text to be read or run: what is checked before it is kept. */
export const textOfParts = (parts: readonly KeptPart[]): string =>
  parts
    .map((part) => {
      if (part.type === "text" || part.type === "reasoning") return part.text;
      return part.type === "tool_arguments" ? part.json : "";
    })
    .join("\n");
