import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";

export interface ConvertedContent {
  readonly content: string | readonly object[];
  /** The paths of parts that only the provider itself can read, such as a file by its id. */
  readonly native_only: readonly string[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The content of a message or of a result: a text, or parts. */
export function convertContent(content: unknown, path: string): ConvertedContent | Refused {
  if (typeof content === "string") return { content, native_only: [] };
  if (!Array.isArray(content)) {
    return refuse("invalid_request", { param: path, message: "must be a text or an array of content parts" });
  }
  const parts: object[] = [];
  const native_only: string[] = [];
  for (const [at, part] of content.entries()) {
    const param = `${path}[${at}]`;
    const converted = isRecord(part) ? convertPart(part) : null;
    if (converted === null) {
      return refuse("unsupported_parameter", { param, message: "This content is not possible here." });
    }
    if (converted === "native") native_only.push(param);
    // The places of the others stay what they are.
    parts.push(converted === "native" ? { type: "text", text: "" } : converted);
  }
  return { content: parts, native_only };
}

function convertPart(part: Readonly<Record<string, unknown>>): object | "native" | null {
  switch (part.type) {
    case "input_text":
    case "output_text":
    case "text":
      return typeof part.text === "string" ? { type: "text", text: part.text } : null;
    case "refusal":
      return typeof part.refusal === "string" ? { type: "refusal", refusal: part.refusal } : null;
    case "input_image":
      if (typeof part.image_url !== "string") return typeof part.file_id === "string" ? "native" : null;
      return { type: "image_url", image_url: { url: part.image_url, ...(part.detail ? { detail: part.detail } : {}) } };
    case "input_file":
      if (typeof part.file_data === "string") {
        return { type: "file", file: { filename: part.filename ?? "file.pdf", file_data: part.file_data } };
      }
      return typeof part.file_id === "string" || typeof part.file_url === "string" ? "native" : null;
    default:
      return null;
  }
}
