import type { UpstreamError } from "../../../../schema/canonical/parts.ts";
import { parseRetryAfter } from "../../../../schema/http/retry-after.ts";
import { tryParseJson } from "../../../../schema/kernel/json.ts";
import { classOfStatus } from "../kit/class-of-status.ts";
import { type ErrorDetail, errorSchema } from "./wire.ts";

type ErrorClass = UpstreamError["class"];

/** The API's error types, and the status each stands for when it arrives inside a stream. */
const BY_TYPE: ReadonlyMap<string, { readonly class: ErrorClass; readonly status: number }> = new Map([
  ["invalid_request_error", { class: "rejected", status: 400 }],
  ["authentication_error", { class: "auth", status: 401 }],
  ["billing_error", { class: "quota", status: 402 }],
  ["permission_error", { class: "auth", status: 403 }],
  ["not_found_error", { class: "not_found", status: 404 }],
  ["conflict_error", { class: "rejected", status: 409 }],
  ["request_too_large", { class: "too_large", status: 413 }],
  ["rate_limit_error", { class: "rate_limited", status: 429 }],
  ["api_error", { class: "failed", status: 500 }],
  ["timeout_error", { class: "timeout", status: 504 }],
  ["overloaded_error", { class: "overloaded", status: 529 }],
]);

/** Codes that say that the account's money has ended, whatever type and status they come with. */
const QUOTA_CODES: ReadonlySet<string> = new Set([
  "contract_spend_limit_reached",
  "enforced_spend_limit_reached",
  "linked_organization_billing_unavailable",
  "linked_organization_spend_limit_reached",
]);

/**
 * The one place that looks at wording: two refusals about money came as plain `invalid_request_error` without a code,
 * and taken for the caller's mistake they would blame the wrong one. If the wording changes they are `rejected`.
 */
const QUOTA_BEGINNINGS = [
  "You have reached your specified API usage limits",
  "Your credit balance is too low",
] as const;

/** Classifies a non-2xx answer. Bodies that are not the API's (a proxy's HTML) are classified by status alone. */
export function readError(status: number, headers: Headers, body: string): UpstreamError {
  const parsed = errorSchema.safeParse(tryParseJson(body));
  const retry_after_ms = parseRetryAfter(headers);
  if (parsed.success) return { ...fromDetail(parsed.data.error, status), retry_after_ms };
  return {
    class: classOfStatus(status),
    status,
    message: `The provider answered with status ${status}.`,
    code: null,
    param: null,
    retry_after_ms,
  };
}

/** An error inside a stream, or in the body of an answer that claimed success. */
export const readErrorDetail = (detail: ErrorDetail): UpstreamError => fromDetail(detail, null);

function fromDetail({ type, message, details }: ErrorDetail, status: number | null): UpstreamError {
  const row = BY_TYPE.get(type ?? "");
  const code = details?.error_code ?? type ?? null;
  const quota =
    QUOTA_CODES.has(code ?? "") || QUOTA_BEGINNINGS.some((beginning) => (message ?? "").startsWith(beginning));
  const known = status ?? row?.status ?? 500;
  return {
    class: quota ? "quota" : (row?.class ?? classOfStatus(known)),
    status: known,
    message: message ?? `The provider answered with status ${known}.`,
    code,
    param: null,
    retry_after_ms: null,
  };
}
