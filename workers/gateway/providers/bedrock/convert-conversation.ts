import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatMessage } from "../../../../schema/wire/openai-chat.ts";
import { convertMessages } from "../anthropic/convert-messages.ts";
import { imageSource } from "../anthropic/media-source.ts";
import type { CacheControl, Block as MessagesBlock, ContentBlock as MessagesContent } from "../anthropic/wire.ts";
import { boundedCallId, type ToolNames } from "../kit/tool-names.ts";
import { CACHE_WARNINGS, cachePoint } from "./cache-point.ts";
import type { ModelTraits } from "./model-traits.ts";
import type { Block, CachePoint, ImageFormat, Media, SystemBlock, Turn } from "./wire.ts";

export interface Conversation {
  readonly system: readonly SystemBlock[];
  readonly messages: readonly Turn[];
  /** Images that must be fetched, because Converse takes bytes only. */
  readonly remote_media: readonly string[];
  readonly warnings: readonly string[];
}

interface Context {
  readonly cache: ModelTraits["cache"];
  readonly media: ReadonlyMap<string, string>;
  readonly remote: string[];
  readonly documents: Set<string>;
  readonly warnings: Set<string>;
}

/** The API's bound on the id of a call. */
const CALL_ID_CHARS_MAX = 64;

/** Stands where an image will be, in the translation before it is fetched. A pixel. */
const PLACEHOLDER: Media = { format: "png", source: { bytes: "iVBORw0KGgo=" } };

/**
 * The conversation in Converse's form: the turns that the Messages API has, each block spelled as Converse spells it. Marks
 * of the cache become entries of their own. Refuses what Anthropic's conversion refuses, and media that are none.
 */
export function convertConversation(
  messages: readonly ChatMessage[],
  names: ToolNames,
  cache: ModelTraits["cache"],
  media: ReadonlyMap<string, string> = new Map(),
): Conversation | Refused {
  const conversation = convertMessages(messages, names);
  if (isRefused(conversation)) return conversation;
  const context: Context = { cache, media, remote: [], documents: new Set(), warnings: new Set(conversation.warnings) };
  const turns: Turn[] = [];
  for (const { role, content } of conversation.turns) {
    const blocks = convertBlocks(content, context);
    if (isRefused(blocks)) return blocks;
    turns.push({ role, content: withText(blocks, context) });
  }
  const system = conversation.system.flatMap(({ text, cache_control }): readonly SystemBlock[] => [
    { text },
    ...mark(cache_control, context),
  ]);
  return { system, messages: turns, remote_media: context.remote, warnings: [...context.warnings] };
}

function convertBlocks(blocks: readonly MessagesBlock[], context: Context): readonly Block[] | Refused {
  const converted: Block[] = [];
  for (const block of blocks) {
    const next = convertBlock(block, context);
    if (isRefused(next)) return next;
    converted.push(next, ...("cache_control" in block ? mark(block.cache_control, context) : []));
  }
  return converted;
}

function convertBlock(block: MessagesBlock, context: Context): Block | Refused {
  switch (block.type) {
    case "text":
    case "image":
    case "document":
      return convertContent(block, context);
    case "thinking": {
      const { thinking: text, signature } = block;
      return { reasoningContent: { reasoningText: { text, signature } } };
    }
    case "redacted_thinking":
      return { reasoningContent: { redactedContent: block.data } };
    case "tool_use":
      return {
        toolUse: { toolUseId: boundedCallId(block.id, CALL_ID_CHARS_MAX), name: block.name, input: block.input },
      };
    case "tool_result": {
      const content: (Block & ResultBlock)[] = [];
      for (const part of block.content ?? []) {
        const next = convertContent(part, context);
        if (isRefused(next)) return next;
        content.push(next);
      }
      const status = block.is_error === true ? { status: "error" as const } : {};
      return { toolResult: { toolUseId: boundedCallId(block.tool_use_id, CALL_ID_CHARS_MAX), content, ...status } };
    }
    default:
      return unreachable(block);
  }
}

type ResultBlock = { readonly text: string } | { readonly image: Media } | { readonly document: Media };

function convertContent(block: MessagesContent, context: Context): ResultBlock | Refused {
  switch (block.type) {
    case "text":
      return { text: block.text };
    case "image": {
      const media = imageOf(block.source, context);
      return isRefused(media) ? media : { image: media };
    }
    case "document": {
      // Only data are converted so far: a document by URL is refused before.
      const bytes = block.source.type === "base64" ? block.source.data : "";
      return { document: { format: "pdf", name: documentName(block.title, context.documents), source: { bytes } } };
    }
    default:
      return unreachable(block);
  }
}

function imageOf(source: (MessagesContent & { type: "image" })["source"], context: Context): Media | Refused {
  if (source.type === "base64") return { format: formatOf(source.media_type), source: { bytes: source.data } };
  const fetched = context.media.get(source.url);
  if (fetched === undefined) {
    context.remote.push(source.url);
    return PLACEHOLDER;
  }
  const read = imageSource(fetched);
  if ("unusable" in read || read.type === "url") {
    const why = "unusable" in read ? read.unusable : "must be an image";
    return refuse("invalid_request", { param: "messages", message: `An image that was fetched ${why}.` });
  }
  return { format: formatOf(read.media_type), source: { bytes: read.data } };
}

/** `image/jpeg` is `jpeg`: the four types that are taken are checked before. */
const FORMATS: ReadonlyMap<string, ImageFormat> = new Map([
  ["image/jpeg", "jpeg"],
  ["image/png", "png"],
  ["image/gif", "gif"],
  ["image/webp", "webp"],
]);
const formatOf = (media_type: string): ImageFormat => FORMATS.get(media_type) ?? "png";

const DOCUMENT_NAME_CHARS_MAX = 180;

/** A name in the few characters that are allowed, and another for each document: the API refuses two of a name. */
function documentName(title: string | undefined, taken: Set<string>): string {
  const cleaned = (title ?? "")
    .replace(/\.pdf$/i, "")
    .replaceAll(/[^a-zA-Z0-9\s\-()[\]]/g, "-")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, DOCUMENT_NAME_CHARS_MAX);
  const base = cleaned === "" ? "document" : cleaned;
  let name = base;
  for (let at = 2; taken.has(name); at += 1) name = `${base} (${at})`;
  taken.add(name);
  return name;
}

/** A turn with a document must have a text. */
function withText(blocks: readonly Block[], { warnings }: Context): readonly Block[] {
  if (!blocks.some((block) => "document" in block) || blocks.some((block) => "text" in block)) return blocks;
  warnings.add("a text was added beside a document: the provider demands one");
  return [...blocks, { text: "See the document." }];
}

function mark(
  cache_control: CacheControl | undefined,
  { cache, warnings }: Context,
): readonly { readonly cachePoint: CachePoint }[] {
  if (cache_control === undefined) return [];
  if (cache === "none") warnings.add(CACHE_WARNINGS.none);
  if (cache === "plain" && cache_control.ttl !== undefined) warnings.add(CACHE_WARNINGS.ttl);
  return cachePoint(cache_control, cache);
}
