/**
 * Every error that a caller can meet, one row each. `public_text` is the default message: it says what to do next.
 * `owner` says who can mend it. `retry` is what a client should do by itself.
 */

export type ErrorOwner = "caller" | "admin" | "provider" | "us";

export interface ErrorRow {
  readonly status: number;
  /** OpenAI's `error.type`, by which its SDKs and many apps tell errors apart. */
  readonly type: string;
  readonly owner: ErrorOwner;
  /** `after`: a `Retry-After` header says when. `never`: the same request fails again. */
  readonly retry: "never" | "after" | "now";
  readonly public_text: string;
}

const row = (
  status: number,
  type: string,
  owner: ErrorOwner,
  retry: ErrorRow["retry"],
  public_text: string,
): ErrorRow => ({ status, type, owner, retry, public_text });

export const ERRORS = {
  invalid_request: row(400, "invalid_request_error", "caller", "never", "The request is not valid."),
  invalid_json: row(400, "invalid_request_error", "caller", "never", "The body is not valid JSON."),
  json_too_deep: row(400, "invalid_request_error", "caller", "never", "The JSON body is nested too deeply."),
  unsupported_parameter: row(
    400,
    "invalid_request_error",
    "caller",
    "never",
    "This parameter is not supported by the model's provider. Remove it or choose another model.",
  ),
  invalid_api_key: row(
    401,
    "authentication_error",
    "caller",
    "never",
    "The API key is missing, wrong or revoked. Send a valid key as `Authorization: Bearer ao_…`.",
  ),
  not_signed_in: row(
    401,
    "authentication_error",
    "caller",
    "never",
    "Nobody is signed in. Sign in with POST /v1/auth/sign-in, or send an admin key as `Authorization: Bearer ao_…`.",
  ),
  sign_in_failed: row(401, "authentication_error", "caller", "never", "The e-mail address or the password is wrong."),
  wallet_exhausted: row(
    402,
    "insufficient_quota",
    "admin",
    "never",
    "The wallet is empty. Ask for a higher limit or wait for its reset.",
  ),
  wallet_held: row(
    402,
    "insufficient_quota",
    "caller",
    "after",
    "The rest of the wallet is held by other requests in flight. Try again when they have finished.",
  ),
  request_exceeds_wallet: row(
    402,
    "insufficient_quota",
    "caller",
    "never",
    "This request could cost more than the wallet has left. Lower `max_tokens`.",
  ),
  request_exceeds_maximum: row(
    402,
    "insufficient_quota",
    "caller",
    "never",
    "This request could cost more than the wallet allows for one request. Lower `max_tokens`.",
  ),
  wallet_frozen: row(403, "permission_error", "admin", "never", "The wallet is frozen. Ask its administrator."),
  wallet_ended: row(
    403,
    "permission_error",
    "admin",
    "never",
    "The time of this wallet is over. Ask its administrator for another one.",
  ),
  forbidden: row(403, "permission_error", "admin", "never", "This key may not do that. Ask an administrator."),
  policy_denied: row(403, "permission_error", "admin", "never", "A policy of your organisation refused this request."),
  region_denied: row(403, "permission_error", "admin", "never", "This request may not be served in that region."),
  origin_denied: row(
    403,
    "permission_error",
    "caller",
    "never",
    "A signed-in browser may change things from this site's own pages only.",
  ),
  not_found: row(404, "invalid_request_error", "caller", "never", "There is nothing at this path."),
  model_not_found: row(404, "invalid_request_error", "caller", "never", "There is no such model. See GET /v1/models."),
  texts_not_stored: row(
    404,
    "invalid_request_error",
    "caller",
    "never",
    "The texts of this request are not stored. The organisation's `store_texts` switches that on for later ones.",
  ),
  texts_expired: row(
    404,
    "invalid_request_error",
    "caller",
    "never",
    "The texts of this request were kept for the organisation's `text_retention_days` and are gone.",
  ),
  texts_erased: row(404, "invalid_request_error", "caller", "never", "The texts of this request were erased."),
  method_not_allowed: row(405, "invalid_request_error", "caller", "never", "This path does not take this method."),
  conflict: row(409, "invalid_request_error", "caller", "never", "The request conflicts with the current state."),
  idempotency_in_flight: row(
    409,
    "idempotency_error",
    "caller",
    "after",
    "A request with this idempotency key is still running. Try again when it has finished.",
  ),
  idempotency_mismatch: row(
    409,
    "idempotency_error",
    "caller",
    "never",
    "This idempotency key was used with a different request. Use a new key.",
  ),
  idempotency_answer_gone: row(
    409,
    "idempotency_error",
    "caller",
    "never",
    "The request with this idempotency key has finished and was charged once, but its answer was not kept. Use a new key.",
  ),
  precondition_failed: row(
    412,
    "invalid_request_error",
    "caller",
    "never",
    "It was changed by somebody else meanwhile. Read it again and repeat the change with its new ETag.",
  ),
  payload_too_large: row(413, "invalid_request_error", "caller", "never", "The body is too large."),
  unsupported_media_type: row(
    415,
    "invalid_request_error",
    "caller",
    "never",
    "Send the body as JSON with `content-type: application/json`.",
  ),
  content_blocked: row(422, "invalid_request_error", "caller", "never", "The content was blocked."),
  rate_limited: row(429, "rate_limit_error", "caller", "after", "Too many requests. Slow down."),
  provider_rate_limited: row(
    429,
    "rate_limit_error",
    "provider",
    "after",
    "The provider is rate limiting. Try again later.",
  ),
  internal: row(500, "api_error", "us", "now", "Something failed on our side. The request id names it in our log."),
  model_unpriced: row(
    503,
    "api_error",
    "admin",
    "never",
    "This model has no price, so it cannot be charged and is not served. Ask an administrator to set its price.",
  ),
  upstream_error: row(502, "api_error", "provider", "now", "The provider failed."),
  upstream_auth_failed: row(
    502,
    "api_error",
    "admin",
    "never",
    "The provider refused the credential configured for it. This is not your API key: ask an administrator.",
  ),
  upstream_quota: row(
    502,
    "api_error",
    "admin",
    "never",
    "The provider account's own quota or billing limit is reached. Ask an administrator.",
  ),
  upstream_rejected: row(400, "invalid_request_error", "caller", "never", "The provider rejected the request."),
  no_provider_available: row(503, "api_error", "admin", "now", "No provider can serve this model right now."),
  store_unavailable: row(503, "api_error", "us", "now", "A store that this request needs is unavailable. Try again."),
  audit_broken: row(
    503,
    "api_error",
    "us",
    "never",
    "The audit chain of this organisation was changed from outside, so nothing is changed until that is looked into. See POST /v1/audit/verify.",
  ),
  wallet_unavailable: row(503, "api_error", "us", "now", "The wallet is unavailable, so nothing was sent. Try again."),
  upstream_timeout: row(504, "api_error", "provider", "now", "The provider did not answer in time."),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** The one error body that every route answers with, OpenAI's envelope plus ours. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: ErrorCode | (string & {});
    readonly param: string | null;
    readonly request_id: string;
    readonly [detail: string]: unknown;
  };
}

/** An expected refusal, as a value: a row of the table with what is particular to this case. */
export interface Refusal {
  readonly code: ErrorCode;
  /** Replaces the row's public text. Never holds a credential, a prompt or an internal detail. */
  readonly message?: string;
  /** The path of the field at fault, `messages[2].content`. */
  readonly param?: string;
  readonly retry_after_ms?: number;
  /** Extra public fields inside `error`, such as `max_affordable_tokens`. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
  /** Overrides the row's: this very request fails again, though others of its code need not. */
  readonly retry?: "never";
  /** The provider's own error code, when the fault is the provider's. */
  readonly upstream_code?: string;
  /** Overrides the row's status where an upstream status class must be kept. */
  readonly status?: number;
}

/** Whether a value is a refusal. Used where a function answers `T | Refused`. */
export interface Refused {
  readonly refused: Refusal;
}

export const refuse = (code: ErrorCode, more: Omit<Refusal, "code"> = {}): Refused => ({ refused: { code, ...more } });

export const isRefused = (value: object): value is Refused => "refused" in value;
