import { LIMITS } from "../../../schema/kernel/limits.ts";
import { MAX_NANO_USD } from "../../../schema/kernel/money.ts";
import { keyLimitsSchema, MAX_RATE } from "../../../schema/wire/rate-limits.ts";
import { type RequestContext, requestContextSchema, requestRecordSchema } from "../../../schema/wire/request-record.ts";
import type {
  AdmitRequest,
  ChargeAttemptRequest,
  ReleaseRequest,
  SettleRequest,
} from "../../../schema/wire/wallet-rpc.ts";

const ENCODER = new TextEncoder();

/** Of one UTF-16 unit: most texts need not be encoded to be known as short enough. */
const UTF8_BYTES_MAX = 3;

/** What breaks the contract in an admit, or null. Callers are our own workers: a problem is a bug of theirs. */
export function admitProblem(request: AdmitRequest): string | null {
  return (
    idProblem(request.request_id) ??
    amountProblem("hold_nano_usd", request.hold_nano_usd) ??
    amountProblem("committed_nano_usd", request.committed_nano_usd) ??
    (request.committed_nano_usd > request.hold_nano_usd ? "committed_nano_usd is larger than the hold" : null) ??
    (isInteger(request.ttl_ms, 1, LIMITS.hold_lifetime_ms)
      ? null
      : `ttl_ms is not an integer from 1 to ${LIMITS.hold_lifetime_ms}`) ??
    textProblem("price_id", request.price_id) ??
    (request.idempotency === undefined
      ? null
      : (textProblem("idempotency.key_hash", request.idempotency.key_hash) ??
        textProblem("idempotency.fingerprint", request.idempotency.fingerprint))) ??
    jsonProblem("context", requestContextSchema, request.context) ??
    rateProblem(request)
  );
}

function rateProblem({ key_limits, tokens }: AdmitRequest): string | null {
  if (key_limits !== undefined && !keyLimitsSchema.safeParse(key_limits).success) return "key_limits are no limits";
  if (tokens === undefined) return null;
  const { tokens_least, tokens_estimate } = tokens;
  return isInteger(tokens_least, 0, MAX_RATE) && isInteger(tokens_estimate, tokens_least, MAX_RATE)
    ? null
    : `tokens are not integers from 0 to ${MAX_RATE}, the least not more than the estimate`;
}

/** The same for a settlement. `held` is the context of its hold, if that is open. */
export function settleProblem(request: SettleRequest, held?: RequestContext): string | null {
  return (
    amountProblem("cost_nano_usd", request.cost_nano_usd) ??
    releaseProblem(request, held) ??
    (request.attempt === undefined ? null : attemptProblem(request.attempt)) ??
    (request.answer === undefined || jsonBytes(request.answer) !== null ? null : "answer is not JSON")
  );
}

export function chargeAttemptProblem({ next, ...request }: ChargeAttemptRequest): string | null {
  return (
    amountProblem("cost_nano_usd", request.cost_nano_usd) ??
    attemptProblem(request.attempt) ??
    releaseProblem(request) ??
    amountProblem("next.hold_nano_usd", next.hold_nano_usd) ??
    amountProblem("next.committed_nano_usd", next.committed_nano_usd) ??
    (next.committed_nano_usd > next.hold_nano_usd ? "next.committed_nano_usd is larger than its hold" : null) ??
    textProblem("next.price_id", next.price_id) ??
    jsonProblem("next.context", requestContextSchema, next.context)
  );
}

export function releaseProblem(request: ReleaseRequest, held?: RequestContext): string | null {
  return (
    idProblem(request.request_id) ??
    contextProblem(request.context, held) ??
    jsonProblem("record", requestRecordSchema, request.record)
  );
}

/** Whether a figure is an amount that can be held or charged. */
export const isAmount = (value: number): boolean => isInteger(value, 0, MAX_NANO_USD);

/** Size of a value as JSON in UTF-8; null for what JSON cannot say. */
export function jsonBytes(value: unknown): number | null {
  const text = jsonText(value);
  return text === null ? null : ENCODER.encode(text).byteLength;
}

function jsonText(value: unknown): string | null {
  try {
    const text: string | undefined = JSON.stringify(value);
    return text ?? null;
  } catch {
    return null;
  }
}

const isInteger = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= most;

const amountProblem = (name: string, value: number): string | null =>
  isAmount(value) ? null : `${name} is not an integer from 0 to ${MAX_NANO_USD}`;

const attemptProblem = (attempt: number): string | null =>
  isInteger(attempt, 1, LIMITS.attempts_per_request)
    ? null
    : `attempt is not an integer from 1 to ${LIMITS.attempts_per_request}`;

const idProblem = (id: string): string | null =>
  typeof id === "string" && id.length > 0 && id.length <= LIMITS.request_id_chars
    ? null
    : `request_id is not a text of 1 to ${LIMITS.request_id_chars} characters`;

const textProblem = (name: string, value: string): string | null =>
  typeof value === "string" && value.length <= LIMITS.api_key_chars
    ? null
    : `${name} is not a text of at most ${LIMITS.api_key_chars} characters`;

interface Schema {
  safeParse(value: unknown): { success: boolean };
}

/** Most ends bring the context that their hold was admitted with, which was looked at then: the same JSON is as good. */
function contextProblem(context: RequestContext, held: RequestContext | undefined): string | null {
  if (held !== undefined && jsonText(context) === jsonText(held)) return null;
  return jsonProblem("context", requestContextSchema, context);
}

/** Context and record end in an event that the consumer parses: what it would refuse is refused here. */
function jsonProblem(name: string, schema: Schema, value: unknown): string | null {
  if (!schema.safeParse(value).success) return `${name} does not match its schema`;
  const text = jsonText(value);
  if (text === null) return `${name} is not JSON`;
  if (text.length * UTF8_BYTES_MAX <= LIMITS.hold_context_bytes) return null;
  const bytes = ENCODER.encode(text).byteLength;
  if (bytes <= LIMITS.hold_context_bytes) return null;
  return `${name} is ${bytes} bytes of JSON, more than ${LIMITS.hold_context_bytes}`;
}
