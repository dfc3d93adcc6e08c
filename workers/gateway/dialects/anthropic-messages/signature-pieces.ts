/** What a signature part says of one block of thinking. */
export interface SignaturePiece {
  /** It is a whole redacted block, and no signature of text. */
  readonly redacted: boolean;
  /** Another block begins with it; otherwise it goes on with the one before, if that is signed already. */
  readonly begins: boolean;
  readonly value: string;
}

/** The pieces of a signature part: providers mark in it where blocks begin (providers/kit/thinking-signature.ts). */
export function signaturePieces(signature: string): readonly SignaturePiece[] {
  // `split` with two groups answers: what stands before, then flag, offset, value for each mark.
  const [plain = "", ...marks] = signature.split(/;(r?)(\d{1,9});/);
  const pieces: SignaturePiece[] = plain === "" ? [] : [{ redacted: false, begins: false, value: plain }];
  for (let at = 0; at + 2 < marks.length; at += 3) {
    pieces.push({ redacted: marks[at] === "r", begins: true, value: marks[at + 2] ?? "" });
  }
  return pieces;
}
