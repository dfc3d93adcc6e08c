import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatMessage, ContentPart } from "../../../../schema/wire/openai-chat.ts";
import { parseDataUrl } from "../kit/data-url.ts";
import type { ImageItem, TextItem } from "./wire.ts";

type Content = NonNullable<ChatMessage["content"]>;

const IMAGE_TYPES: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);

/** A user's content as items. `path` is where it stands, `messages[2].content`, for refusals. */
export function convertContent(content: Content, path: string): readonly (TextItem | ImageItem)[] | Refused {
  if (typeof content === "string") return textItems(content);
  const items: (TextItem | ImageItem)[] = [];
  for (const [at, part] of content.entries()) {
    const item = convertPart(part, `${path}[${at}]`);
    if ("refused" in item) return item;
    items.push(item);
  }
  return items;
}

/** Content of which only text makes sense: instructions, an assistant's turn, a tool's result. Anything else is refused. */
export function convertText(content: Content, path: string): readonly TextItem[] | Refused {
  if (typeof content === "string") return textItems(content);
  const items: TextItem[] = [];
  for (const [at, part] of content.entries()) {
    if (part.type !== "text" && part.type !== "refusal") {
      return refuse("unsupported_parameter", { param: `${path}[${at}]`, message: "Only text is possible here." });
    }
    items.push({ type: "text", text: part.type === "text" ? part.text : part.refusal });
  }
  return items;
}

const textItems = (text: string): readonly TextItem[] => (text === "" ? [] : [{ type: "text", text }]);

/** Items as the API's content: one text alone is a string, as every model takes it. */
export function contentOf<Item extends { readonly type: string }>(
  items: readonly (Item | TextItem)[],
): string | readonly (Item | TextItem)[] {
  const [only] = items;
  if (only === undefined) return "";
  return items.length === 1 && "text" in only ? only.text : items;
}

function convertPart(part: ContentPart, path: string): TextItem | ImageItem | Refused {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "refusal":
      return { type: "text", text: part.refusal };
    case "image_url":
      return imageItem(part.image_url, `${path}.image_url.url`);
    case "file":
      return refuse("unsupported_parameter", { param: path, message: "The provider takes no files. Send their text." });
    case "input_audio":
      return refuse("unsupported_parameter", { param: path, message: "The provider takes no audio." });
    default:
      return unreachable(part);
  }
}

/** The provider fetches web addresses itself. A data URL is sent without parameters, which it does not expect. */
function imageItem(
  { url, detail }: { readonly url: string; readonly detail?: string | undefined },
  path: string,
): ImageItem | Refused {
  const level = detail === undefined ? {} : { detail };
  if (/^https?:\/\//i.test(url)) return { type: "image_url", image_url: { url, ...level } };
  const data = parseDataUrl(url);
  if (data === null || !IMAGE_TYPES.has(data.media_type)) {
    const message =
      data === null
        ? "The image must be an http(s) URL or a base64 data URL."
        : "The image must be image/jpeg, image/png, image/gif or image/webp.";
    return refuse("invalid_request", { param: path, message });
  }
  return { type: "image_url", image_url: { url: `data:${data.media_type};base64,${data.data}`, ...level } };
}
