import type { SandboxEffects } from "./effects.ts";
import type { ProviderError } from "./errors.ts";
import { type Frames, pacedStream } from "./paced-stream.ts";
import type { SeenRequest } from "./seen.ts";

/** One request on its way through the sandbox. */
export interface Call {
  readonly seen: SeenRequest;
  readonly effects: SandboxEffects;
  /** Fires when the caller has left. */
  readonly stop: AbortController;
  /** What every answer to this call carries. */
  readonly headers: Headers;
  /** The body of an error in the words of the caller's dialect. */
  readonly errorJson: (error: ProviderError) => string;
  /** The headers of an error besides those of every answer. */
  readonly errorHeaders: (error: ProviderError) => Readonly<Record<string, string>>;
  /** The body as it arrived: ids are made from it. */
  readonly body_text: string;
  /** Set once a body is generated while it is read: then the body ends the call, not the handler. */
  paced: boolean;
}

/** An answer whose body is generated as it is read. */
export function pacedResponse(call: Call, frames: Frames, content_type: string): Response {
  call.paced = true;
  const headers = new Headers(call.headers);
  headers.set("content-type", content_type);
  headers.set("cache-control", "no-cache");
  return new Response(pacedStream(frames, call.stop, call.seen), { headers });
}

/** A whole JSON answer. */
export function jsonResponse(call: Call, json: string, more: Readonly<Record<string, string>> = {}): Response {
  const headers = new Headers(call.headers);
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  headers.set("content-type", "application/json");
  return new Response(json, { headers });
}

/** An error as a response of its own, in the caller's dialect. */
export function errorResponse(call: Call, error: ProviderError): Response {
  const headers = new Headers(call.headers);
  for (const [name, value] of Object.entries(call.errorHeaders(error))) headers.set(name, value);
  headers.set("content-type", "application/json");
  return new Response(call.errorJson(error), { status: error.status, headers });
}

/** What nobody receives: the caller has left. */
export const clientGone = (): Response => new Response(null, { status: 499 });
