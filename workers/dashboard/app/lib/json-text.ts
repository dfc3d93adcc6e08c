import { parseJson } from "./json.ts";

/**
 * JSON text with a line for each entry; null of what is no JSON, such as a text that was cut off. The text itself is laid
 * out, never what it was parsed to: a number of thirty digits stays one.
 */
export function indentJson(text: string): string | null {
  if (parseJson(text) === undefined) return null;
  let indent = "";
  const pieces: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "}" || token === "]") {
      indent = indent.slice(2);
      // Behind an opening bracket there is a line begun already.
      if (pieces.at(-2) === OPENING[token]) pieces.pop();
      else pieces.push(`\n${indent}`);
      pieces.push(token);
      continue;
    }
    const opens = token === "{" || token === "[";
    if (opens) indent += "  ";
    pieces.push(token === ":" ? ": " : token);
    if (opens || token === ",") pieces.push(`\n${indent}`);
  }
  return pieces.join("");
}

const OPENING = { "}": "{", "]": "[" } as const;
/** What JSON is made of; blanks between are left out. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
