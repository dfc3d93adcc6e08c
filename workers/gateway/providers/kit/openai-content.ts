import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ChatMessage, ContentPart } from "../../../../schema/wire/openai-chat.ts";
import { type DataUrl, parseDataUrl } from "./data-url.ts";

/** Content for APIs whose parts are OpenAI's but fewer: texts, and images by URL. */

export interface TextItem {
  readonly type: "text";
  readonly text: string;
}
export interface ImageItem {
  readonly type: "image_url";
  readonly image_url: { readonly url: string; readonly detail?: string };
}

type Content = NonNullable<ChatMessage["content"]>;

const textItems = (text: string): readonly TextItem[] => (text === "" ? [] : [{ type: "text", text }]);

/** Content as items, each by `convertPart`. `path` is where it stands, `messages[2].content`, for refusals. */
export function contentItems<Item extends object>(
  content: Content,
  path: string,
  convertPart: (part: ContentPart, path: string) => Item | Refused,
): readonly (Item | TextItem)[] | Refused {
  if (typeof content === "string") return textItems(content);
  const items: Item[] = [];
  for (const [at, part] of content.entries()) {
    const item = convertPart(part, `${path}[${at}]`);
    if (isRefused(item)) return item;
    items.push(item);
  }
  return items;
}

/** Content of which only text makes sense: instructions, an assistant's turn. Anything else is refused. */
export const textContent = (content: Content, path: string): readonly TextItem[] | Refused =>
  contentItems(content, path, (part, at): TextItem | Refused => {
    if (part.type === "text") return { type: "text", text: part.text };
    if (part.type === "refusal") return { type: "text", text: part.refusal };
    return refuse("unsupported_parameter", { param: at, message: "Only text is possible here." });
  });

/** Items as an API's content: one text alone is a string, as every model takes it. */
export function contentOf<Item extends { readonly type: string }>(
  items: readonly (Item | TextItem)[],
): string | readonly (Item | TextItem)[] {
  const [only] = items;
  if (only === undefined) return "";
  return items.length === 1 && "text" in only ? only.text : items;
}

/**
 * An image by its URL: the provider fetches web addresses itself, a data URL is sent without parameters, which it does not
 * expect. `problem` says what a refusal says of a URL that is none of both (null) or of a medium that is not taken.
 */
export function imageItem(
  { url, detail }: { readonly url: string; readonly detail?: string | undefined },
  path: string,
  problem: (data: DataUrl | null) => string | null,
): ImageItem | Refused {
  const level = detail === undefined ? {} : { detail };
  if (/^https?:\/\//i.test(url)) return { type: "image_url", image_url: { url, ...level } };
  const data = parseDataUrl(url);
  const message = problem(data);
  if (data === null || message !== null) {
    return refuse("invalid_request", { param: path, message: message ?? "The image cannot be read." });
  }
  return { type: "image_url", image_url: { url: `data:${data.media_type};base64,${data.data}`, ...level } };
}
