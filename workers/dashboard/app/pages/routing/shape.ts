/** Requests that are made up to be explained: as large as the ones they stand for, with nothing in them. */

export interface Shape {
  readonly model: string;
  /** About so many tokens of prompt. Routing counts a token for four bytes. */
  readonly input_tokens: number;
  readonly max_tokens?: number | undefined;
  readonly stream?: boolean | undefined;
  readonly tools?: boolean | undefined;
  readonly json?: boolean | undefined;
}

const BYTES_OF_TOKEN = 4;
/** A body has at most 16 MiB. */
const TOKENS_MAX = 2_000_000;

const TOOL = { type: "function", function: { name: "look_up", parameters: { type: "object", properties: {} } } };

/** The body of a chat completion of this shape. */
export function chatBody({ model, input_tokens, max_tokens, stream, tools, json }: Shape): Record<string, unknown> {
  const bytes = Math.max(1, Math.min(TOKENS_MAX, Math.round(input_tokens)) * BYTES_OF_TOKEN);
  return {
    model,
    messages: [{ role: "user", content: "x".repeat(bytes) }],
    ...(max_tokens === undefined ? {} : { max_tokens }),
    ...(stream === true ? { stream: true } : {}),
    ...(tools === true ? { tools: [TOOL] } : {}),
    ...(json === true ? { response_format: { type: "json_object" } } : {}),
  };
}

/** "env:prod, tier:gold" as tags; what has no name or no value is left out. */
export function tagsOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").map((part) => {
    const at = part.search(/[:=]/);
    return at < 0 ? ["", ""] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  });
  return Object.fromEntries(pairs.filter(([name, value]) => name !== "" && value !== ""));
}
