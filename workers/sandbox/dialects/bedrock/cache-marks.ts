import { countTokens } from "../../../../schema/tokens/sandbox-tokens.ts";
import type { CacheMark } from "../../models/cache-writes.ts";
import type { Block, ConverseRequest } from "./wire.ts";

const MEDIA_TOKENS = 85;

/** The cache points of a request in their order: tools, system, messages. */
export function cacheMarks({ toolConfig, system, messages }: ConverseRequest): readonly CacheMark[] {
  const marks: CacheMark[] = [];
  let tokens = 0;
  const pass = (weight: number, point: Block["cachePoint"]) => {
    tokens += weight;
    if (point !== undefined) marks.push({ ttl: point.ttl ?? "5m", tokens });
  };
  for (const { toolSpec, cachePoint } of toolConfig?.tools ?? []) {
    pass(toolSpec === undefined ? 0 : countTokens(JSON.stringify(toolSpec)), cachePoint);
  }
  for (const { text, cachePoint } of system ?? []) pass(countTokens(text ?? ""), cachePoint);
  for (const { content } of messages) {
    pass(1, undefined);
    for (const block of content) pass(weight(block), block.cachePoint);
  }
  return marks;
}

function weight({ text, image, document, toolUse, toolResult }: Block): number {
  if (toolUse !== undefined) return countTokens(toolUse.name) + countTokens(JSON.stringify(toolUse.input));
  if (toolResult !== undefined) return countTokens(JSON.stringify(toolResult.content));
  return image !== undefined || document !== undefined ? MEDIA_TOKENS : countTokens(text ?? "");
}
