import type { ModelCapability } from "../../../schema/pricing/price.ts";
import type { ChatRequest } from "../../../schema/wire/openai-chat.ts";

/** Something that only some models do, and where a request asks for it. */
export interface NeededAbility {
  readonly capability: Extract<ModelCapability, "tools" | "vision" | "audio" | "json_schema">;
  /** The path of the field, `messages[2].content[0]`. */
  readonly param: string;
}

/** What a chat asks of a model beside text, each once, at its first place. */
export function neededAbilities(request: ChatRequest): readonly NeededAbility[] {
  const { messages, tools, functions, modalities, response_format } = request;
  const needed: NeededAbility[] = [];
  const image = firstPart(messages, "image_url");
  if (image !== null) needed.push({ capability: "vision", param: image });
  const sound = firstPart(messages, "input_audio");
  if (sound !== null) needed.push({ capability: "audio", param: sound });
  if (isFilled(tools)) needed.push({ capability: "tools", param: "tools" });
  else if (isFilled(functions)) needed.push({ capability: "tools", param: "functions" });
  if (sound === null && Array.isArray(modalities) && modalities.includes("audio")) {
    needed.push({ capability: "audio", param: "modalities" });
  }
  if (response_format?.type === "json_schema") needed.push({ capability: "json_schema", param: "response_format" });
  return needed;
}

const isFilled = (list: unknown): boolean => Array.isArray(list) && list.length > 0;

function firstPart(messages: ChatRequest["messages"], type: "image_url" | "input_audio"): string | null {
  for (const [at, { content }] of messages.entries()) {
    const within = Array.isArray(content) ? content.findIndex((part) => part.type === type) : -1;
    if (within !== -1) return `messages[${at}].content[${within}]`;
  }
  return null;
}
