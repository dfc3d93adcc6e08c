import { assert } from "../../../schema/kernel/unreachable.ts";
import type { Piece, Tally, Utterance } from "./piece.ts";

/**
 * Cuts an utterance at `max_tokens` (exactly that many tokens; null is no limit) or in front of a stop sequence, and
 * counts what was drawn. The tokens that spell a stop sequence are counted, since they were generated, and not shown.
 */
export function* limited(
  utterance: Utterance,
  max_tokens: number | null,
  stops: readonly string[],
  tally: Tally,
): Utterance {
  const gate = new StopGate(stops);
  for (let drawn = 0; ; drawn += 1) {
    const next = utterance.next();
    const finish = next.done === true ? next.value : drawn === max_tokens ? "length" : null;
    if (finish !== null) {
      yield* gate.flush();
      return finish;
    }
    assert(next.done !== true, "only a piece is left");
    tally.completion_tokens += 1;
    if (next.value.kind === "reasoning") tally.reasoning_tokens += 1;
    yield* gate.pass(next.value);
    if (gate.stopped_by !== null) {
      tally.stopped_by = gate.stopped_by;
      return "stop";
    }
  }
}

/** Holds text back while it may be the beginning of a stop sequence. */
class StopGate {
  stopped_by: string | null = null;
  #held = "";
  readonly #stops: readonly string[];

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== "");
  }

  *pass(piece: Piece): Generator<Piece, void> {
    if (piece.kind !== "content" || this.#stops.length === 0) {
      yield* this.flush();
      yield piece;
      return;
    }
    this.#held += piece.text;
    const found = this.#stops
      .map((stop) => ({ stop, at: this.#held.indexOf(stop) }))
      .filter(({ at }) => at !== -1)
      .sort((a, b) => a.at - b.at)[0];
    this.stopped_by = found?.stop ?? null;
    const free = found?.at ?? this.#held.length - this.#promising();
    const text = this.#held.slice(0, free);
    this.#held = found === undefined ? this.#held.slice(free) : "";
    if (text !== "") yield { kind: "content", text };
  }

  *flush(): Generator<Piece, void> {
    if (this.#held !== "") yield { kind: "content", text: this.#held };
    this.#held = "";
  }

  /** Length of the longest end of the held text that begins a stop sequence. */
  #promising(): number {
    const longest = Math.max(...this.#stops.map((stop) => stop.length - 1));
    for (let length = Math.min(longest, this.#held.length); length > 0; length -= 1) {
      const end = this.#held.slice(-length);
      if (this.#stops.some((stop) => stop.startsWith(end))) return length;
    }
    return 0;
  }
}

/** Joins up to `tokens_per_chunk` pieces of the same kind, so that one chunk carries several tokens. */
export function* chunked(pieces: Utterance, tokens_per_chunk: number): Utterance {
  let open: { piece: Piece; texts: string[] } | null = null;
  for (;;) {
    const next = pieces.next();
    if (next.done === true) {
      if (open !== null) yield closed(open);
      return next.value;
    }
    const piece = next.value;
    if (open !== null && !joins(open.piece, piece)) {
      yield closed(open);
      open = null;
    }
    if (piece.kind === "tool_call") {
      yield piece;
      continue;
    }
    if (open === null) open = { piece, texts: [piece.text] };
    else open.texts.push(piece.text);
    // A full chunk goes out before the next token is drawn: nothing is generated ahead.
    if (open.texts.length === tokens_per_chunk) {
      yield closed(open);
      open = null;
    }
  }
}

function joins(open: Piece, piece: Piece): boolean {
  if (open.kind !== piece.kind) return false;
  return open.kind !== "tool_arguments" || piece.kind !== "tool_arguments" || open.index === piece.index;
}

function closed({ piece, texts }: { piece: Piece; texts: readonly string[] }): Piece {
  return piece.kind === "tool_call" ? piece : { ...piece, text: texts.join("") };
}
