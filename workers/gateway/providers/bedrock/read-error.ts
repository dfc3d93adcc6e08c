import type { UpstreamError } from "../../../../schema/canonical/parts.ts";
import { parseRetryAfter } from "../../../../schema/http/retry-after.ts";
import { tryParseJson } from "../../../../schema/kernel/json.ts";
import { classOfStatus } from "../kit/class-of-status.ts";
import { errorSchema } from "./wire.ts";

/**
 * The exceptions of AWS, and the status each stands for inside a stream. Names are compared without regard to case: a
 * header says `ThrottlingException`, a stream `throttlingException`.
 * Source: the Amazon Bedrock API reference, Converse and ConverseStream; AWS's common errors.
 */
const BY_TYPE: ReadonlyMap<string, { readonly class: UpstreamError["class"]; readonly status: number }> = new Map([
  ["validationexception", { class: "rejected", status: 400 }],
  ["servicequotaexceededexception", { class: "quota", status: 400 }],
  ["accessdeniedexception", { class: "auth", status: 403 }],
  ["unrecognizedclientexception", { class: "auth", status: 403 }],
  ["invalidclienttokenid", { class: "auth", status: 403 }],
  ["invalidsignatureexception", { class: "auth", status: 403 }],
  ["incompletesignature", { class: "auth", status: 403 }],
  ["missingauthenticationtokenexception", { class: "auth", status: 403 }],
  ["expiredtokenexception", { class: "auth", status: 403 }],
  ["resourcenotfoundexception", { class: "not_found", status: 404 }],
  ["modeltimeoutexception", { class: "timeout", status: 408 }],
  ["modelerrorexception", { class: "failed", status: 424 }],
  ["modelstreamerrorexception", { class: "failed", status: 424 }],
  ["throttlingexception", { class: "rate_limited", status: 429 }],
  ["modelnotreadyexception", { class: "overloaded", status: 429 }],
  ["internalserverexception", { class: "failed", status: 500 }],
  ["internalfailure", { class: "failed", status: 500 }],
  ["serviceunavailableexception", { class: "overloaded", status: 503 }],
  ["serviceunavailable", { class: "overloaded", status: 503 }],
]);

/** Statuses that have another meaning here than elsewhere: the model failed, not the request. */
const OWN: ReadonlyMap<number, UpstreamError["class"]> = new Map([[424, "failed"]]);

/** Classifies a non-2xx answer by its type, which stands in a header or in the body, then by its status. */
export function readError(status: number, headers: Headers, body: string): UpstreamError {
  const parsed = errorSchema.safeParse(tryParseJson(body));
  const detail = parsed.success ? parsed.data : {};
  const type = bareType(headers.get("x-amzn-errortype") ?? detail.__type ?? detail.code ?? "");
  return {
    class: BY_TYPE.get(type.toLowerCase())?.class ?? OWN.get(status) ?? classOfStatus(status),
    status,
    message: detail.message ?? detail.Message ?? `The provider answered with status ${status}.`,
    code: type === "" ? null : type,
    param: null,
    retry_after_ms: parseRetryAfter(headers),
  };
}

/** An exception inside a stream, which has no status of its own. */
export function readException(type: string, body: string): UpstreamError {
  const status = BY_TYPE.get(type.toLowerCase())?.status ?? 500;
  return { ...readError(status, new Headers({ "x-amzn-errortype": type }), body) };
}

/** `com.amazon.coral#ThrottlingException:http://internal.amazon.com/` is a ThrottlingException. */
const bareType = (type: string): string => /[^#/:]*$/.exec(type.split(":")[0] ?? "")?.[0] ?? "";
