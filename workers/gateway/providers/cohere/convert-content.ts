import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ContentPart } from "../../../../schema/wire/openai-chat.ts";
import { type ImageItem, imageItem, type TextItem } from "../kit/openai-content.ts";

const IMAGE_TYPES: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);

/** A part of a user's content. `path` is where it stands, for refusals. */
export function convertPart(part: ContentPart, path: string): TextItem | ImageItem | Refused {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "refusal":
      return { type: "text", text: part.refusal };
    case "image_url":
      return imageItem(part.image_url, `${path}.image_url.url`, (data) => {
        if (data === null) return "The image must be an http(s) URL or a base64 data URL.";
        return IMAGE_TYPES.has(data.media_type)
          ? null
          : "The image must be image/jpeg, image/png, image/gif or image/webp.";
      });
    case "file":
      return refuse("unsupported_parameter", { param: path, message: "The provider takes no files. Send their text." });
    case "input_audio":
      return refuse("unsupported_parameter", { param: path, message: "The provider takes no audio." });
    default:
      return unreachable(part);
  }
}
