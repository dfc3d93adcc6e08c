/** A block of reasoning as the Messages API has it, whole or redacted. */
export type ThinkingBlock =
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "redacted_thinking"; readonly data: string };

/**
 * An OpenAI client keeps one reasoning text and one signature for a message; Claude may think in several blocks, each
 * with its own, and wants all of them back unchanged. So each signature but that of a first block carries where its
 * text begins: `sigA;350;sigB` are two blocks, split at the 350th UTF-16 unit of the joined text, and `;r350;data` is a
 * redacted block there. Signatures are base64, which has no semicolon. The common case, one block, is the plain signature.
 */

/** The signature of a block whose text begins at `offset` of the joined reasoning, as it is handed to the caller. */
export const markSignature = (signature: string, offset: number, first: boolean): string =>
  first ? signature : `;${offset};${signature}`;

/** A redacted block, which has no text of its own. */
export const markRedacted = (data: string, offset: number): string => `;r${offset};${data}`;

/** The blocks of a joined text and signature; null when they do not fit, as when a client kept only the last of several. */
export function thinkingBlocks(text: string, signature: string): readonly ThinkingBlock[] | null {
  const marks = parseMarks(signature);
  const starts = marks.filter((mark) => !mark.redacted).map((mark) => mark.offset);
  const ascending = marks.every((mark, at) => mark.offset >= (marks[at - 1]?.offset ?? 0));
  if (!ascending || (starts[0] ?? text.length) > 0 || (starts.at(-1) ?? 0) > text.length) return null;
  let signed = 0;
  return marks.map((mark): ThinkingBlock => {
    if (mark.redacted) return { type: "redacted_thinking", data: mark.value };
    signed += 1;
    return { type: "thinking", thinking: text.slice(mark.offset, starts[signed]), signature: mark.value };
  });
}

interface Mark {
  readonly redacted: boolean;
  readonly offset: number;
  readonly value: string;
}

function parseMarks(signature: string): readonly Mark[] {
  // `split` with two groups answers: what stands before, then flag, offset, value for each mark.
  const [plain = "", ...rest] = signature.split(/;(r?)(\d{1,9});/);
  const marks: Mark[] = plain === "" ? [] : [{ redacted: false, offset: 0, value: plain }];
  for (let at = 0; at + 2 < rest.length; at += 3) {
    marks.push({ redacted: rest[at] === "r", offset: Number(rest[at + 1]), value: rest[at + 2] ?? "" });
  }
  return marks;
}
