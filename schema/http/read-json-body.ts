import { isRefused, type Refused, refuse } from "../kernel/errors.ts";
import { isJsonObject, type JsonObject, jsonDepth } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";

/**
 * Reads a JSON object from a request's body: bounded in bytes while it arrives (413), of the right type (415), bounded
 * in depth before it is parsed (400). The text itself is not kept: what is priced and what is sent come from the parse.
 */
export async function readJsonBody(request: Request): Promise<{ readonly body: JsonObject } | Refused> {
  const read = await readJsonText(request);
  if (isRefused(read)) return read;
  if (read.text === "") return refuse("invalid_json", { message: "The body is empty. Send a JSON object." });
  return parseObject(read.text);
}

/** The same where a body may be left out: an empty one, of whatever type, is an object without members. */
export async function readOptionalJsonBody(request: Request): Promise<{ readonly body: JsonObject } | Refused> {
  if (request.body === null || request.headers.get("content-length") === "0") return { body: {} };
  const read = await readJsonText(request);
  if (isRefused(read)) return read;
  return read.text === "" ? { body: {} } : parseObject(read.text);
}

async function readJsonText(request: Request): Promise<{ readonly text: string } | Refused> {
  const type = request.headers.get("content-type");
  if (type !== null && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type))
    return refuse("unsupported_media_type");
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    return refuse("unsupported_media_type", {
      message: "Send the body without content-encoding: compressed bodies are not read.",
    });
  }
  const text = await readText(request, LIMITS.body_bytes).catch(() => undefined);
  if (text === undefined) return refuse("invalid_request", { message: "The body broke off before its end." });
  if (text === null) {
    return refuse("payload_too_large", {
      message: `The body is larger than ${LIMITS.body_bytes} bytes. Send less, or refer to images by URL.`,
    });
  }
  if (jsonDepth(text, LIMITS.json_depth) > LIMITS.json_depth) {
    return refuse("json_too_deep", { message: `The JSON body is nested more than ${LIMITS.json_depth} levels deep.` });
  }
  return { text };
}

function parseObject(text: string): { readonly body: JsonObject } | Refused {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse("invalid_json", { message: `The body is not valid JSON${whereJsonBroke(error)}.` });
  }
  if (!isJsonObject(value)) return refuse("invalid_json", { message: "The body must be a JSON object." });
  return { body: value };
}

/** The position from V8's message. Never its quoted excerpt: that is prompt text. */
function whereJsonBroke(error: unknown): string {
  const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? "" : ` (it breaks at character ${position})`;
}

/** The body as text, or null when it is larger than `limit` bytes; what follows is then read and dropped, up to a bound. */
async function readText(request: Request, limit: number): Promise<string | null> {
  const declared = request.headers.get("content-length");
  // A declared length is enforced by the runtime, so the native reader is safe and fastest.
  if (declared !== null && Number(declared) <= limit) return await request.text();
  if (request.body === null) return "";
  const reader = request.body.getReader();
  const text = declared === null ? await readUpTo(reader, limit) : null;
  if (text === null) await discard(reader, LIMITS.body_discard_bytes);
  return text;
}

/** Reads a stream of UTF-8 to a string, or answers null and cancels it once it passes `limit` bytes. */
export async function readBounded(stream: ReadableStream<Uint8Array>, limit: number): Promise<string | null> {
  const reader = stream.getReader();
  const text = await readUpTo(reader, limit);
  if (text === null) await reader.cancel();
  return text;
}

async function readUpTo(reader: ReadableStreamDefaultReader<Uint8Array>, limit: number): Promise<string | null> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > limit) return null;
    text += decoder.decode(value, { stream: true });
  }
}

/** Reads and drops what a client still sends: to its end, to the limit, or until it pauses to wait for our answer. */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array>, limit: number): Promise<void> {
  try {
    for (let bytes = 0; bytes <= limit; ) {
      const read = await withinPause(reader.read());
      if (read === null || read.done) break;
      bytes += read.value.byteLength;
    }
    await reader.cancel();
  } catch {
    // The client is gone: there is nobody left to answer.
  }
}

/** A client that has sent nothing for so long waits for us. */
const PAUSE_MS = 250;

async function withinPause<Value>(promise: Promise<Value>): Promise<Value | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pause = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PAUSE_MS);
  });
  try {
    return await Promise.race([promise, pause]);
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
}
