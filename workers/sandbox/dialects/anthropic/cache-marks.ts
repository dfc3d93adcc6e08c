import { countTokens } from "../../../../schema/tokens/sandbox-tokens.ts";
import type { CacheMark } from "../../models/cache-writes.ts";
import type { Block, MessagesPrompt } from "./wire.ts";

const MEDIA_TOKENS = 85;

/** The marks of a prompt in their order: tools, system, messages. */
export function cacheMarks(request: MessagesPrompt): readonly CacheMark[] {
  const marks: CacheMark[] = [];
  let tokens = 0;
  const pass = (weight: number, control: { ttl?: "5m" | "1h" | undefined } | null | undefined) => {
    tokens += weight;
    if (control) marks.push({ ttl: control.ttl ?? "5m", tokens });
  };
  for (const tool of request.tools ?? []) {
    pass(countTokens(JSON.stringify(tool)), "input_schema" in tool ? marked(tool) : null);
  }
  const system = request.system ?? [];
  for (const block of typeof system === "string" ? [{ text: system, cache_control: null }] : system) {
    pass(countTokens(block.text), block.cache_control);
  }
  for (const { content } of request.messages) {
    pass(1, null);
    if (typeof content === "string") pass(countTokens(content), null);
    else for (const block of content) pass(weight(block), "cache_control" in block ? block.cache_control : null);
  }
  if (request.cache_control) pass(0, request.cache_control);
  return marks;
}

/** Own and server tools share the field; only our own type says so. */
const marked = (tool: object): { ttl?: "5m" | "1h" } | null => {
  const control = "cache_control" in tool ? tool.cache_control : null;
  if (typeof control !== "object" || control === null) return null;
  return "ttl" in control && control.ttl === "1h" ? { ttl: "1h" } : {};
};

function weight(block: Block): number {
  switch (block.type) {
    case "text":
      return countTokens(block.text);
    case "tool_use":
      return countTokens(block.name) + countTokens(JSON.stringify(block.input));
    case "tool_result":
      if (typeof block.content === "string") return countTokens(block.content);
      return (block.content ?? []).reduce((sum, inner) => sum + weight(inner), 0);
    case "image":
    case "document":
      return MEDIA_TOKENS;
    default:
      return 0;
  }
}
