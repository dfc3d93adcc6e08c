import { parseDataUrl } from "../kit/data-url.ts";
import type { MediaSource } from "./wire.ts";

const IMAGE_TYPES: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);

/** Why a URL cannot be sent, in a clause that follows the name of its field. */
export interface Unusable {
  readonly unusable: string;
}

/** An image as a data URL (parameters allowed) or as an http(s) URL that the provider fetches itself. */
export function imageSource(url: string): MediaSource | Unusable {
  if (/^https?:\/\//i.test(url)) return { type: "url", url };
  const data = parseDataUrl(url);
  if (data === null) return { unusable: "must be an http(s) URL or a base64 data URL" };
  if (IMAGE_TYPES.has(data.media_type)) return { type: "base64", ...data };
  return { unusable: "must be image/jpeg, image/png, image/gif or image/webp" };
}

/** A PDF as a data URL; other documents have no equivalent. */
export function documentSource(file_data: string): MediaSource | Unusable {
  const data = parseDataUrl(file_data);
  if (data === null) return { unusable: "must be a base64 data URL" };
  if (data.media_type === "application/pdf") return { type: "base64", ...data };
  return { unusable: "must be application/pdf" };
}
