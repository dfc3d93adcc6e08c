/** Not registered, widely sent. */
const ALIASES: Readonly<Record<string, string>> = { "image/jpg": "image/jpeg" };

export interface DataUrl {
  /** In lower case, without parameters. */
  readonly media_type: string;
  /** Base64. */
  readonly data: string;
}

/** Media type in lower case without its parameters, and the base64 text. Null for anything else. */
export function parseDataUrl(url: string): DataUrl | null {
  const comma = url.indexOf(",");
  if (!/^data:/i.test(url) || comma === -1) return null;
  const [type = "", ...parameters] = url
    .slice("data:".length, comma)
    .split(";")
    .map((piece) => piece.trim().toLowerCase());
  if (parameters.at(-1) !== "base64") return null;
  return { media_type: ALIASES[type] ?? type, data: url.slice(comma + 1) };
}
