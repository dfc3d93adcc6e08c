/** Where a canonical message stands in the caller's body. */
export interface MessageSource {
  /** Of its item, `input[3]`; of the instructions `instructions`; of a plain input `input`. */
  readonly path: string;
  /** Of its content, `input[3].content`. */
  readonly content: string;
  /** Of its tool calls, each an item of its own. */
  readonly calls: readonly string[];
}

/** Fields of the canonical request that have another name, or place, in the caller's. */
const FIELDS: Readonly<Record<string, string>> = {
  max_completion_tokens: "max_output_tokens",
  max_tokens: "max_output_tokens",
  response_format: "text.format",
  reasoning_effort: "reasoning.effort",
  verbosity: "text.verbosity",
  web_search_options: "tools",
};

/** The path in the caller's body of a canonical one: `messages[2].content[0]` is `input[1].content[0]`. */
export function callerPath(param: string, sources: readonly MessageSource[]): string {
  const message = /^messages(?:\[(\d+)\](.*))?$/.exec(param);
  if (message !== null) {
    const source = message[1] === undefined ? undefined : sources[Number(message[1])];
    return source === undefined ? "input" : within(source, message[2] ?? "");
  }
  const [, name = "", rest = ""] = /^(\w+)(.*)$/.exec(param) ?? [];
  if (name === "tools" || name === "tool_choice") return param.replace(/\.function(?=\.|$)/, "");
  if (name === "response_format") return `text.format${rest.replace(/^\.json_schema(?=\.|$)/, "")}`;
  return Object.hasOwn(FIELDS, name) ? `${FIELDS[name]}${rest}` : param;
}

function within({ path, content, calls }: MessageSource, rest: string): string {
  // What is below a part has another shape there.
  const part = /^\.content(\[\d+\])?/.exec(rest);
  if (part !== null) return `${content}${part[1] ?? ""}`;
  const call = /^\.tool_calls\[(\d+)\](.*)$/.exec(rest);
  if (call !== null) return `${calls[Number(call[1])] ?? path}${(call[2] ?? "").replace(/^\.function/, "")}`;
  return rest === ".tool_call_id" ? `${path}.call_id` : path;
}
