import type { UpstreamError } from "../../../../schema/canonical/parts.ts";
import { parseRetryAfter } from "../../../../schema/http/retry-after.ts";
import { isJsonObject, type Json, tryParseJson } from "../../../../schema/kernel/json.ts";
import { classOfStatus } from "../kit/class-of-status.ts";

/**
 * Classifies a non-2xx answer by its status. The API has two shapes: its own, `{"object":"error","message",…,"code"}`, and
 * its validator's, `{"detail":[{"loc":["body","messages",0],"msg"}]}`; the second also comes as the message of the first.
 */
export function readError(status: number, headers: Headers, body: string): UpstreamError {
  return errorFromBody(status, tryParseJson(body), parseRetryAfter(headers));
}

/** The same for an error in the place of an answer or of a chunk, which has no status of its own. */
export function errorFromBody(status: number, body: Json | undefined, retry_after_ms: number | null): UpstreamError {
  const stated = isJsonObject(body) ? (isJsonObject(body.error) ? body.error : body) : {};
  const detail = detailOf(stated);
  return {
    class: classOfStatus(status),
    status,
    message: detail?.message ?? textOf(stated.message) ?? `The provider answered with status ${status}.`,
    code: textOf(stated.code) ?? textOf(stated.type),
    param: detail?.param ?? textOf(stated.param),
    retry_after_ms,
  };
}

interface Detail {
  readonly message: string;
  readonly param: string | null;
}

/** The first complaint of the validator, with the path of the field. */
function detailOf({ detail, message }: { readonly [key: string]: Json | undefined }): Detail | null {
  const nested = isJsonObject(message) ? message.detail : message;
  const list = Array.isArray(detail) ? detail : Array.isArray(nested) ? nested : null;
  if (list === null) return typeof detail === "string" ? { message: detail, param: null } : null;
  const [first] = list;
  if (!isJsonObject(first)) return null;
  const param = Array.isArray(first.loc) ? pathOf(first.loc) : null;
  const text = textOf(first.msg) ?? "The provider did not accept the request.";
  return { message: param === null ? text : `${param}: ${text}`, param };
}

/** `["body","messages",0,"user","content"]` is `messages[0].user.content`. */
function pathOf(loc: readonly Json[]): string | null {
  const [first, ...others] = loc;
  const steps = first === "body" ? others : loc;
  const path = steps.reduce<string>(
    (sum, step) =>
      typeof step === "number" ? `${sum}[${step}]` : sum === "" ? String(step) : `${sum}.${String(step)}`,
    "",
  );
  return path === "" ? null : path;
}

/** A code may come as a number. */
function textOf(value: Json | undefined): string | null {
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" ? String(value) : null;
}
