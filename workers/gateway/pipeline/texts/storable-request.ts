import { isJsonObject, type Json, type JsonObject } from "../../../../schema/kernel/json.ts";

/** More than the longest context that a model has, and no more memory than a request has taken already. */
const REQUEST_CHARS = 4_000_000;

/** A request as it is stored. */
export interface StorableRequest {
  readonly request: JsonObject;
  /** Whether something of it was too long. */
  readonly truncated: boolean;
}

/**
 * A request without its media, of which kind, size and hash stay, and cut where it is too long: from the end of its lists,
 * so that the newest message is whole.
 */
export async function storableRequest(asked: JsonObject, max_chars = REQUEST_CHARS): Promise<StorableRequest> {
  const walk = new Walk(max_chars);
  return { request: await walk.object(asked), truncated: walk.truncated };
}

class Walk {
  truncated = false;
  #left: number;

  constructor(max_chars: number) {
    this.#left = max_chars;
  }

  async object(given: JsonObject): Promise<JsonObject> {
    const kept: JsonObject = {};
    for (const [name, value] of Object.entries(given)) {
      kept[name] = await this.#field(name, value);
    }
    return kept;
  }

  /** Media that are no data URLs are told by where they stand: see the content parts of schema/wire/openai-chat.ts. */
  async #field(name: string, value: Json): Promise<Json> {
    if (name === "input_audio" && isJsonObject(value) && typeof value.data === "string") {
      const { data, ...rest } = value;
      const format = typeof value.format === "string" ? value.format : "unknown";
      return { ...(await this.object(rest)), data: await mediaOf(`audio/${format}`, data) };
    }
    if (name === "file" && isJsonObject(value) && typeof value.file_data === "string") {
      const { file_data, ...rest } = value;
      const media = dataUrl(file_data) ?? { media_type: "application/octet-stream", base64: file_data };
      return { ...(await this.object(rest)), file_data: await mediaOf(media.media_type, media.base64) };
    }
    return await this.#value(value);
  }

  async #value(value: Json): Promise<Json> {
    if (typeof value === "string") {
      const media = dataUrl(value);
      return media === null ? this.#fitting(value) : await mediaOf(media.media_type, media.base64);
    }
    if (Array.isArray(value)) {
      const kept: Json[] = [];
      for (const item of value.toReversed()) kept.push(await this.#value(item));
      return kept.reverse();
    }
    return isJsonObject(value) ? await this.object(value) : value;
  }

  #fitting(text: string): string {
    if (text.length > this.#left) this.truncated = true;
    const fitting = text.slice(0, this.#left);
    this.#left -= fitting.length;
    return fitting;
  }
}

/** Source: RFC 2397. Base 64 is all that providers take. */
function dataUrl(text: string): { readonly media_type: string; readonly base64: string } | null {
  if (!/^data:/i.test(text)) return null;
  const comma = text.indexOf(",");
  // A text that only begins like one is what somebody said.
  if (comma === -1 || comma > 200) return null;
  const [media_type = "", ...parameters] = text.slice(5, comma).split(";");
  const is_media = parameters.some((parameter) => parameter.trim().toLowerCase() === "base64");
  return is_media ? { media_type: media_type || "text/plain", base64: text.slice(comma + 1) } : null;
}

/** What is kept of a piece of media. The hash is of its bytes, so that who has them can tell that it was this. */
async function mediaOf(media_type: string, base64: string): Promise<JsonObject> {
  const bytes = bytesOf(base64);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { media_type, bytes: bytes.length, sha256 };
}

/** What is no base 64 is taken as it stands: its provider will have refused it. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  let binary: string;
  try {
    binary = atob(base64);
  } catch {
    return new Uint8Array(new TextEncoder().encode(base64));
  }
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
