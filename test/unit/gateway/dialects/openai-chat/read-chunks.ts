/** The data of the events that a renderer wrote. Fails on anything that is not an event of data, with or without a name. */
export function dataOf(text: string): readonly string[] {
  if (text === "") return [];
  if (!text.endsWith("\n\n")) throw new Error(`does not end an event: ${JSON.stringify(text.slice(-40))}`);
  return text
    .slice(0, -2)
    .split("\n\n")
    .map((event) => {
      const lines = event.split("\n").filter((line) => !line.startsWith("event: "));
      for (const line of lines) {
        if (!line.startsWith("data: ")) throw new Error(`not a line of an event: ${JSON.stringify(line)}`);
      }
      return lines.map((line) => line.slice("data: ".length)).join("\n");
    });
}

interface Chunk {
  readonly id: string;
  readonly object: string;
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly delta: Record<string, unknown>;
    readonly finish_reason: string | null;
  }[];
  readonly usage?: { readonly total_tokens: number } | null;
  readonly ao?: Record<string, unknown>;
}

/** The same as values, `[DONE]` left out. */
export const chunksOf = (text: string): readonly Chunk[] =>
  dataOf(text)
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data));
