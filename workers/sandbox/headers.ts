import { LIMITS } from "../../schema/kernel/limits.ts";
import type { Dialect } from "./dialect.ts";
import { hashedId } from "./hash.ts";

/** The headers of every answer: the caller's request id or one of ours, and those of the dialect. */
export function commonHeaders(request: Request, seq: number, dialect: Dialect): Headers {
  const sent_id = request.headers.get("x-request-id");
  const usable = sent_id !== null && sent_id.length <= LIMITS.request_id_chars;
  const id = usable ? sent_id : `req_${hashedId(String(seq), 32)}`;
  return new Headers({ "x-request-id": id, ...dialect.headers(id) });
}

const bearer = (request: Request): string | null =>
  /^Bearer\s+(.*)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;

/** The credential in the first of these headers that is there; `authorization` without its scheme. */
export function sentKey(request: Request, headers: readonly string[]): string | null {
  for (const name of headers) {
    const value = name === "authorization" ? bearer(request) : request.headers.get(name);
    if (value !== null && value !== "") return value;
  }
  return null;
}
