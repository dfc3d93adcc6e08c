/** Whether a text is of a pattern: equal, or with `*` for any run of characters. Linear in both. */
export function matchesPattern(pattern: string, text: string): boolean {
  // Most have none, and rules ask this some thousand times a request.
  if (!pattern.includes("*")) return pattern === text;
  const [head = "", ...rest] = pattern.split("*");
  if (!text.startsWith(head)) return false;
  let from = head.length;
  const tail = rest.pop() ?? "";
  for (const piece of rest) {
    const at = text.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return text.length - tail.length >= from && text.endsWith(tail);
}
