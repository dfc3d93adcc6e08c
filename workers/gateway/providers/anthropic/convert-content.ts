import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatMessage, ContentPart } from "../../../../schema/wire/openai-chat.ts";
import { documentSource, imageSource } from "./media-source.ts";
import type { CacheControl, ContentBlock, TextBlock } from "./wire.ts";

type Content = NonNullable<ChatMessage["content"]>;

/**
 * Content as blocks. `path` is where it stands, `messages[2].content`, for refusals. Blank texts are left out: the API
 * refuses them. `cache_control` of the message goes to its last block, unless that has its own.
 */
export function convertContent(
  content: Content,
  path: string,
  cache_control: CacheControl | undefined,
): readonly ContentBlock[] | Refused {
  const blocks: ContentBlock[] = [];
  for (const [at, part] of asParts(content).entries()) {
    const converted = convertPart(part, `${path}[${at}]`);
    if (converted === null) continue;
    if ("refused" in converted) return converted;
    blocks.push(converted);
  }
  return markLast(blocks, cache_control);
}

/** Content of which only text makes sense: a system prompt, an assistant's turn. Anything else is refused. */
export function convertText(
  content: Content,
  path: string,
  cache_control: CacheControl | undefined,
): readonly TextBlock[] | Refused {
  const blocks: TextBlock[] = [];
  for (const [at, part] of asParts(content).entries()) {
    if (part.type !== "text" && part.type !== "refusal") {
      return refuse("unsupported_parameter", { param: `${path}[${at}]`, message: "Only text is possible here." });
    }
    const block = part.type === "text" ? textBlock(part.text, part.cache_control) : textBlock(part.refusal, undefined);
    if (block !== null) blocks.push(block);
  }
  return markLast(blocks, cache_control);
}

const asParts = (content: Content): readonly ContentPart[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : content;

function convertPart(part: ContentPart, path: string): ContentBlock | Refused | null {
  switch (part.type) {
    case "text":
      return textBlock(part.text, part.cache_control);
    case "refusal":
      return textBlock(part.refusal, undefined);
    case "image_url":
      return imageBlock(part.image_url.url, part.cache_control, `${path}.image_url.url`);
    case "file":
      return documentBlock(part.file, path);
    case "input_audio":
      return refuse("unsupported_parameter", { param: path, message: "The provider takes no audio." });
    default:
      return unreachable(part);
  }
}

function textBlock(text: string, cache_control: CacheControl | undefined): TextBlock | null {
  if (text.trim() === "") return null;
  return { type: "text", text, ...(cache_control === undefined ? {} : { cache_control }) };
}

function imageBlock(url: string, cache_control: CacheControl | undefined, path: string): ContentBlock | Refused {
  const source = imageSource(url);
  if ("unusable" in source) return refuse("invalid_request", { param: path, message: `The image ${source.unusable}.` });
  return { type: "image", source, ...(cache_control === undefined ? {} : { cache_control }) };
}

function documentBlock(file: Readonly<Record<string, unknown>>, path: string): ContentBlock | Refused {
  const { file_data, filename } = file;
  if (typeof file_data !== "string") {
    return refuse("unsupported_parameter", {
      param: `${path}.file`,
      message: "The provider cannot reach uploaded files. Send the document itself in file_data.",
    });
  }
  const source = documentSource(file_data);
  if ("unusable" in source) {
    return refuse("invalid_request", { param: `${path}.file.file_data`, message: `The file ${source.unusable}.` });
  }
  return { type: "document", source, ...(typeof filename === "string" ? { title: filename } : {}) };
}

/** The same blocks with a cache breakpoint on the last one. */
export function markLast<B extends { readonly cache_control?: CacheControl | undefined }>(
  blocks: readonly B[],
  cache_control: CacheControl | undefined,
): readonly B[] {
  const last = blocks.at(-1);
  if (last === undefined || cache_control === undefined || last.cache_control !== undefined) return blocks;
  return [...blocks.slice(0, -1), { ...last, cache_control }];
}
