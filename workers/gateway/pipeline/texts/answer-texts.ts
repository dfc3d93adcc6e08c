import type { Part } from "../../../../schema/canonical/parts.ts";
import type { StoredChoice } from "../../../../schema/texts/stored-texts.ts";

/** More than the longest answer that a model gives. */
const ANSWER_CHARS = 2_000_000;

interface Choice {
  text: string | null;
  reasoning: string | null;
  refusal: string | null;
  readonly tool_calls: { readonly id: string; readonly name: string; arguments: string }[];
  finish_reason: string | null;
}

/** The texts of an answer, gathered from its parts as they are delivered. Bounded: what is too long is left out. */
export class AnswerTexts {
  truncated = false;
  #chars = 0;
  readonly #choices = new Map<number, Choice>();

  observe(parts: readonly Part[]): void {
    for (const part of parts) {
      if ("choice" in part) this.#add(this.#choice(part.choice), part);
    }
  }

  get choices(): StoredChoice[] {
    return [...this.#choices]
      .sort(([a], [b]) => a - b)
      .map(([index, choice]) => ({
        index,
        ...choice,
        tool_calls: choice.tool_calls.filter((call) => call !== undefined),
      }));
  }

  #choice(index: number): Choice {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const made: Choice = { text: null, reasoning: null, refusal: null, tool_calls: [], finish_reason: null };
    this.#choices.set(index, made);
    return made;
  }

  #add(choice: Choice, part: Extract<Part, { readonly choice: number }>): void {
    switch (part.type) {
      case "text":
      case "reasoning":
      case "refusal":
        choice[part.type] = (choice[part.type] ?? "") + this.#fitting(part.text);
        return;
      case "tool_call":
        choice.tool_calls[part.index] = { id: part.id, name: part.name, arguments: "" };
        return;
      case "tool_arguments": {
        const call = choice.tool_calls[part.index];
        if (call !== undefined) call.arguments += this.#fitting(part.json);
        return;
      }
      case "finish":
        choice.finish_reason = part.reason;
        return;
      case "reasoning_signature":
        // A proof for the provider alone, and no text.
        return;
    }
  }

  #fitting(text: string): string {
    const left = ANSWER_CHARS - this.#chars;
    if (text.length > left) this.truncated = true;
    const fitting = text.slice(0, left);
    this.#chars += fitting.length;
    return fitting;
  }
}
