import { escapeCell } from "../../../schema/csv/escape-cell.ts";
import { csvLines } from "./csv-lines.ts";

/** Why there is no answer: it would be too long, too dear to make, or of what is not there any more. */
export type NoLines = "too_many_groups" | "too_many_rows" | "log_deleted";

/** The lines of a stretch of time, or why there are none. */
export type Lines<Line> = { readonly status: "lines"; readonly lines: readonly Line[] } | { readonly status: NoLines };

export type Failed = Exclude<Lines<never>, { readonly status: "lines" }>;

/** Lines made at a time: what is in memory twice. */
const PIECE = 500;

/** A cell: what people typed is escaped, figures are not, also below zero. */
export type Cell = { readonly typed: string } | string;

/** A line of heads, then a line each. */
export async function* csvStream<Line>(
  columns: readonly string[],
  lines: AsyncIterable<Lines<Line>>,
  cellsOf: (line: Line) => readonly Cell[],
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const text = (cell: Cell) => (typeof cell === "string" ? cell : escapeCell(cell.typed));
  yield encoder.encode(csvLines([[...columns]]));
  for await (const piece of pieces(lines)) {
    yield encoder.encode(csvLines(piece.map((line) => cellsOf(line).map(text))));
  }
}

/** One JSON object: `head`, the lines as `data`, one each, and what is known when all of them are. */
export async function* jsonStream<Line>(
  head: object,
  lines: AsyncIterable<Lines<Line>>,
  show: (line: Line) => object,
  tail: () => object,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${JSON.stringify(head).slice(0, -1)},"data":[`);
  let separator = "\n";
  for await (const piece of pieces(lines)) {
    yield encoder.encode(separator + piece.map((line) => JSON.stringify(show(line))).join(",\n"));
    separator = ",\n";
  }
  const rest = JSON.stringify(tail()).slice(1);
  yield encoder.encode(`\n]${rest === "}" ? "" : ","}${rest}\n`);
}

async function* pieces<Line>(lines: AsyncIterable<Lines<Line>>): AsyncGenerator<readonly Line[]> {
  for await (const some of lines) {
    // The head is out already: a cut connection says that the rest is missing, where an end would not.
    if (some.status !== "lines") throw new Error(some.status);
    for (let from = 0; from < some.lines.length; from += PIECE) yield some.lines.slice(from, from + PIECE);
  }
}

/**
 * What is there so far, and the rest as it comes. What may be of any length begins with its first lines; anything else is
 * read whole before it begins, so that a refusal is one, and may have so many lines.
 */
export async function begun<Line>(
  lines: AsyncGenerator<Lines<Line>>,
  at_once: boolean,
  most: number,
): Promise<AsyncIterable<Lines<Line>> | Failed> {
  const ready: Lines<Line>[] = [];
  let count = 0;
  for (;;) {
    const next = await lines.next();
    if (next.done === true) return chain(ready, lines);
    if (next.value.status !== "lines") return next.value;
    ready.push(next.value);
    count += next.value.lines.length;
    if (count > most) return { status: "too_many_groups" };
    if (at_once) return chain(ready, lines);
  }
}

async function* chain<Line>(
  ready: readonly Lines<Line>[],
  rest: AsyncGenerator<Lines<Line>>,
): AsyncGenerator<Lines<Line>> {
  yield* ready;
  yield* rest;
}

/** Whether CSV is what is wanted most. */
export const wantsCsv = (accept: string | null): boolean =>
  accept?.split(",")[0]?.trim().startsWith("text/csv") ?? false;
