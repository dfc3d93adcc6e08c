import { walletClient } from "../../../schema/clients/wallet-client.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { isRateLimited } from "../../../schema/wire/rate-limits.ts";
import type { RequestContext } from "../../../schema/wire/request-record.ts";
import { spendingId } from "../../../schema/wire/shards.ts";
import type { RecordedAnswer } from "../../../schema/wire/wallet-rpc.ts";
import { readLabel, readSwitch, readTags, readTraceparent } from "../http/headers.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { type Admission, type AdmitInput, abandon, admit } from "./admit.ts";
import { ResponseCache } from "./cache/response-cache.ts";
import { serveHit } from "./cache/serve-hit.ts";
import { dryRun } from "./dry-run.ts";
import { Exchange } from "./exchange.ts";
import { servedBy } from "./fail-over.ts";
import { readIdempotency } from "./idempotency.ts";
import type { OperationCall, Outcome, Payer } from "./operation-call.ts";
import { readRetries } from "./retry-policy.ts";
import { serveAttempts } from "./serve-attempts.ts";
import type { Wishes } from "./serve-exchange.ts";
import { mayStore } from "./texts/may-store.ts";
import { TextRecorder } from "./texts/text-recorder.ts";
import { traced } from "./traced.ts";

/**
 * A planned operation to its end: estimate, admit, call, relay, settle. All refusals come before the hold; from the
 * hold on, every way out ends it.
 */
export async function runOperation(call: OperationCall): Promise<Outcome> {
  const { headers, scope, body, payer, operation } = call;
  const estimate = operation.estimate();
  // Translated before the hold: a request that the provider cannot take is refused without touching the wallet.
  const tried = operation.translate(estimate);
  if (isRefused(tried)) return tried;
  const dry = readSwitch(headers, "x-ao-dry-run");
  if (isRefused(dry)) return dry;
  const wants_ao = readSwitch(headers, "x-ao-usage");
  if (isRefused(wants_ao)) return wants_ao;
  const retries = call.retry === undefined ? {} : readRetries(headers, call.retry);
  if (isRefused(retries)) return retries;
  const storing = mayStore(headers, body);
  if (isRefused(storing)) return storing;
  if (dry.on) return await dryRun({ scope, operation, estimate, payer, tokenizer: scope.env.TOKENIZER });
  const idempotent = await readIdempotency(headers, payer.key_id, call.route, body);
  if (isRefused(idempotent)) return idempotent;
  const object_id = spendingObject(payer, scope.request_id, idempotent.idempotency !== null);
  const wallet = walletClient(scope.env, scope.effects, object_id);
  const trace = readTraceparent(headers);
  const { tags, dropped } = readTags(headers);
  const input: AdmitInput = {
    operation,
    estimate,
    request_id: scope.request_id,
    ttl_ms: scope.config.AO_HOLD_TTL_MS,
    context: requestContext(call, tags, trace?.trace_id ?? scope.trace?.trace_id ?? null),
    idempotency: idempotent.idempotency,
    key_limits: payer.limits ?? null,
  };
  const cache = responseCache(call);
  const admission = await traced(scope, "admit", () => admit(wallet, scope.env.TOKENIZER, input)).catch(
    (error: unknown): Admission => {
      log("error", "admit_unanswered", { request_id: scope.request_id, reason: String(error) });
      scope.waitUntil(abandon(wallet, input));
      return { refused: { code: "wallet_unavailable", retry_after_ms: 1_000 }, rate_headers: {} };
    },
  );
  const { rate_headers } = admission;
  if (isRefused(admission)) return { refused: admission.refused, headers: rate_headers };
  if ("repeated" in admission) {
    return { response: repeatedResponse(admission.repeated, scope, rate_headers), cost_nano_usd: null };
  }
  const parts = { scope, operation, context: input.context, wallet, rate_headers };
  const wishes: Wishes = {
    keep_answer: idempotent.idempotency !== null,
    wants_ao: wants_ao.on,
    traceparent: trace?.value ?? null,
    tags_dropped: dropped,
  };
  scope.trace?.hold();
  const texts =
    call.texts === undefined || !storing.may
      ? null
      : new TextRecorder(scope, call.texts, { ...input.context, texts: () => operation.texts() });
  const first = new Exchange({ ...parts, ...admission.admitted, cache, texts });
  const hit = cache === null ? null : await cache.found();
  if (cache !== null && hit !== null && call.cache !== undefined) {
    return serveHit(first, cache, hit, operation.caching?.replay ?? null, call.cache.setting, wishes);
  }
  return await serveAttempts(first, tried, call, { wallet, wishes, ...retries });
}

/** The look into the cache, which runs beside the admission; null where no setting asks for it. */
function responseCache({ cache, operation, scope, headers }: OperationCall): ResponseCache | null {
  const { attempt, caching } = operation;
  if (cache === undefined || caching === undefined) return null;
  return new ResponseCache(scope, cache, caching, attempt, headers);
}

/**
 * The object that admits the request: one of the wallet's shards, if it has any. What must be known in one place goes to
 * the wallet's own: repeats of an idempotency key, and the requests of a key with rate limits, which are counted there.
 */
function spendingObject({ wallet_id, shards = 1, limits }: Payer, request_id: string, repeatable: boolean): string {
  const in_one_place = repeatable || (limits !== undefined && isRateLimited(limits));
  return in_one_place ? wallet_id : spendingId(wallet_id, shards, request_id);
}

/** Limits are told as they are now, not as they were for the first request. */
function repeatedResponse(
  answer: RecordedAnswer,
  scope: RequestScope,
  rate_headers: Readonly<Record<string, string>>,
): Response {
  const recorded = Object.entries(answer.headers).filter(([name]) => !name.startsWith("x-ratelimit-"));
  return new Response(answer.body, {
    status: answer.status,
    headers: {
      ...Object.fromEntries(recorded),
      ...rate_headers,
      "x-request-id": scope.public_request_id,
      "x-ao-idempotent-replay": "true",
    },
  });
}

function requestContext(call: OperationCall, tags: RequestContext["tags"], trace_id: string | null): RequestContext {
  const { headers, scope, payer, operation } = call;
  const { attempt } = operation;
  return {
    org_id: payer.org_id,
    key_id: payer.key_id,
    route: call.route,
    dialect: operation.dialect,
    provider_id: attempt.account.id,
    provider_kind: attempt.account.kind,
    model: attempt.name,
    stream: operation.streamed,
    feature: readLabel(headers, "x-ao-feature"),
    tags,
    subject: readLabel(headers, "x-ao-subject"),
    country: readLabel(headers, "cf-ipcountry"),
    trace_id,
    started_at: scope.started_at,
    routing: call.routing === null ? null : servedBy(call.routing, attempt.account),
  };
}
