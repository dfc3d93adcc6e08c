import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { FinishReason, Piece } from "./piece.ts";

export interface GatheredCall {
  readonly id: string;
  readonly name: string;
  /** JSON, unless the answer was cut inside it. */
  readonly arguments: string;
}

/** One choice of a whole answer. */
export interface GatheredChoice {
  readonly content: string;
  readonly reasoning: string;
  readonly calls: readonly GatheredCall[];
  readonly finish: FinishReason;
}

/** Gathers a choice from its pieces. */
export class Gatherer {
  readonly #content: string[] = [];
  readonly #reasoning: string[] = [];
  readonly #calls: { id: string; name: string; arguments: string }[] = [];

  add(piece: Piece): void {
    switch (piece.kind) {
      case "content":
        this.#content.push(piece.text);
        return;
      case "reasoning":
        this.#reasoning.push(piece.text);
        return;
      case "tool_call":
        this.#calls.push({ id: piece.id, name: piece.name, arguments: "" });
        return;
      case "tool_arguments": {
        const call = this.#calls[piece.index];
        if (call !== undefined) call.arguments += piece.text;
        return;
      }
      default:
        unreachable(piece);
    }
  }

  choice(finish: FinishReason): GatheredChoice {
    return { content: this.#content.join(""), reasoning: this.#reasoning.join(""), calls: this.#calls, finish };
  }
}
