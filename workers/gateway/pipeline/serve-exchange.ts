import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import { warningsHeader } from "../../../schema/http/caller-headers.ts";
import { errorStatus } from "../../../schema/http/error-response.ts";
import { isRefused, type Refusal, type Refused } from "../../../schema/kernel/errors.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { formatUsd } from "../../../schema/kernel/money.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import { headersFromUpstream } from "../http/headers.ts";
import type { Translation } from "../providers/kit/provider.ts";
import { type CallResult, callProvider, timeoutError } from "./call-provider.ts";
import type { Estimate } from "./estimate.ts";
import type { Exchange } from "./exchange.ts";
import { type Again, mayGoElsewhere } from "./fail-over.ts";
import { fetchMedia } from "./fetch-media.ts";
import type { Outcome } from "./operation-call.ts";
import { relayStream } from "./relay-stream.ts";
import { brokenAnswer, relayWhole, type UnusableAnswer } from "./relay-whole.ts";
import { refusalOf } from "./upstream-refusal.ts";
import { type Watch, watchWhileWaiting } from "./watch-call.ts";

/** What the caller wants beside the answer. */
export interface Wishes {
  /** The answer is kept for repeats of its idempotency key. */
  readonly keep_answer: boolean;
  /** Cost and wallet in the last chunk of a stream. */
  readonly wants_ao: boolean;
  readonly traceparent: string | null;
  /** How many of the caller's tags were left out. */
  readonly tags_dropped: number;
}

/**
 * A request whose hold is open: called, relayed and settled. Whatever happens, the hold has an end; only where `more`
 * attempts can be made, and this one failed with nothing delivered and nothing owed, it stays open for them.
 */
export async function serveExchange(
  exchange: Exchange,
  caller: AbortSignal,
  tried: Translation,
  wishes: Wishes,
  more = false,
): Promise<Outcome | Again> {
  const { scope, attempt, estimate } = exchange;
  const abort = new AbortController();
  const watch = watchWhileWaiting(exchange, caller, abort);
  const options = { request_id: scope.request_id, traceparent: wishes.traceparent, abort };
  try {
    const translation = await finalTranslation(exchange, tried, abort.signal);
    if (isRefused(translation)) return await fail(exchange, translation.refused, "release");
    exchange.called_at = scope.effects.now();
    const result = await callProvider(scope.env, scope.config, scope.effects, attempt, translation.call, options);
    if (result.status !== "answered")
      return await failedCall(exchange, watch.ended_by === "clock" ? late(exchange) : result, more);
    const { response } = result;
    const warnings = [...translation.warnings, ...walletWarnings(estimate), ...tagWarnings(wishes.tags_dropped)];
    if (exchange.operation.streamed) {
      watch.stop();
      return await serveStream(exchange, caller, translation, response, abort, warnings, wishes.wants_ao, more);
    }
    return await serveWhole(exchange, translation, response, watch, warnings, wishes.keep_answer, more);
  } finally {
    watch.stop();
  }
}

/**
 * What is really sent: translated again where the wallet bounds the answer, or where media had to be fetched first. They
 * are fetched now and not before, so that nobody makes us fetch what they do not pay for.
 */
async function finalTranslation(
  exchange: Exchange,
  tried: Translation,
  signal: AbortSignal,
): Promise<Translation | Refused> {
  const { scope, operation, estimate } = exchange;
  const { remote_media = [] } = tried;
  if (remote_media.length === 0) {
    return estimate.imposed_max_tokens === null ? tried : operation.translate(estimate);
  }
  const media = await fetchMedia(remote_media, scope, signal);
  return isRefused(media) ? media : operation.translate(estimate, media.media);
}

const tagWarnings = (dropped: number): readonly string[] =>
  dropped === 0
    ? []
    : [`${dropped} of x-ao-tags left out: a tag is key=value, short, and there are at most ${LIMITS.tag_count}`];

const walletWarnings = (estimate: Estimate): readonly string[] =>
  estimate.imposed_max_tokens === null
    ? []
    : [`the wallet covers at most ${estimate.imposed_max_tokens} output tokens, sent as the bound of this answer`];

async function serveWhole(
  exchange: Exchange,
  translation: Translation,
  response: Response,
  watch: Watch,
  warnings: readonly string[],
  keep_answer: boolean,
  more: boolean,
): Promise<Outcome | Again> {
  const { scope } = exchange;
  exchange.first_byte_at = scope.effects.now();
  const answer = await relayWhole(exchange, response, translation).catch(
    (error: unknown): UnusableAnswer => ({ refused: brokenAnswer(error) }),
  );
  if (isRefused(answer)) {
    if (watch.ended_by === "caller") return await failedCall(exchange, { status: "caller_gone" });
    if (watch.ended_by === "clock") return await failedCall(exchange, late(exchange));
    const { failure } = exchange;
    if (more && answer.stated === true && failure !== null && mayGoElsewhere(failure)) return { again: failure };
    return await fail(exchange, answer.refused, answer.stated ? "release" : "settle");
  }
  const { body, bill } = answer;
  const available = exchange.availableAfter(bill);
  const headers = {
    ...headersFromUpstream(response.headers),
    ...answerHeaders(exchange, warnings),
    "content-type": "application/json; charset=utf-8",
    "x-ao-cost-usd": formatUsd(bill.cost_nano_usd),
    ...(available === null ? null : { "x-ao-wallet-available-usd": formatUsd(available) }),
  };
  const recorded =
    keep_answer && body.length <= LIMITS.idempotent_answer_bytes ? { status: 200, headers, body } : undefined;
  // On its way before the answer is: a balance asked for next already has it.
  scope.waitUntil(exchange.settle({ outcome: "completed", status: 200, error_code: null }, bill, recorded));
  return { response: new Response(body, { status: 200, headers }), cost_nano_usd: bill.cost_nano_usd };
}

async function serveStream(
  exchange: Exchange,
  caller: AbortSignal,
  translation: Translation,
  response: Response,
  abort: AbortController,
  warnings: readonly string[],
  wants_ao: boolean,
  more: boolean,
): Promise<Outcome | Again> {
  const { scope, operation, attempt } = exchange;
  const renderer = operation.createRenderer({
    id: `${operation.id_prefix}${scope.request_id}`,
    created: Math.floor(scope.started_at / 1000),
    model: attempt.model.upstream_id,
  });
  if (response.body === null || renderer === null || operation.fold === null)
    return await fail(exchange, { code: "upstream_error", message: "The provider's answer is empty." }, "settle");
  const start = await relayStream(exchange, response.body, {
    translation,
    fold: operation.fold,
    renderer,
    abort,
    caller,
    wants_ao,
  });
  if ("failed" in start) {
    abort.abort();
    if (more && start.stated && mayGoElsewhere(start.failed)) return { again: start.failed };
    return await fail(exchange, refusalOf(start.failed), start.stated ? "release" : "settle");
  }
  const available = exchange.available_nano_usd;
  const headers = {
    ...headersFromUpstream(response.headers),
    ...answerHeaders(exchange, warnings),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    // Proxies such as nginx would otherwise collect the chunks.
    "x-accel-buffering": "no",
    ...(available === null ? null : { "x-ao-wallet-available-usd": formatUsd(available) }),
  };
  return { response: new Response(start.body, { status: 200, headers }), cost_nano_usd: null };
}

function answerHeaders(exchange: Exchange, warnings: readonly string[]): Record<string, string> {
  return {
    "x-request-id": exchange.scope.public_request_id,
    "x-ao-request-id": exchange.scope.request_id,
    "x-ao-provider": exchange.attempt.account.id,
    "x-ao-model": exchange.attempt.name,
    ...routeHeader(exchange),
    ...exchange.rate_headers,
    ...(warnings.length === 0 ? {} : { "x-ao-warnings": warningsHeader(warnings) }),
  };
}

/** The rule that decided, and what it did; nothing where the caller's own model is taken. */
const routeHeader = ({ context: { routing }, attempts }: Exchange): Readonly<Record<string, string>> =>
  routing?.rule_id == null
    ? {}
    : { "x-ao-route": `${routing.rule_id}; how=${routing.how}${attempts === 1 ? "" : `; attempts=${attempts}`}` };

/** A call without an answer. Nothing is owed when the provider refused or was never reached; else it may bill the prompt. */
async function failedCall(
  exchange: Exchange,
  result: Exclude<CallResult, { status: "answered" }>,
  more = false,
): Promise<Outcome | Again> {
  if (result.status !== "caller_gone") exchange.call_error = result.error;
  const free = result.status === "refused" || result.status === "unreachable";
  if (more && free && mayGoElsewhere(result.error)) return { again: result.error };
  switch (result.status) {
    case "refused":
      return await fail(exchange, refusalOf(result.error), "release", headersFromUpstream(result.headers));
    case "unreachable":
      return await fail(exchange, refusalOf(result.error), "release");
    case "timed_out":
      return await fail(exchange, refusalOf(result.error), "settle");
    case "caller_gone": {
      const bill = await exchange.bill();
      await exchange.settle({ outcome: "cancelled", status: 499, error_code: null }, bill);
      return { response: new Response(null, { status: 499 }), cost_nano_usd: bill.cost_nano_usd };
    }
    default:
      return unreachable(result);
  }
}

/** The last attempt failed, with nothing delivered and nothing owed: its failure is the answer. */
export const giveUp = (exchange: Exchange, error: UpstreamError): Promise<Outcome> =>
  fail(exchange, refusalOf(error), "release");

/** The call took longer than it may in all. */
const late = (exchange: Exchange): { readonly status: "timed_out"; readonly error: UpstreamError } => ({
  status: "timed_out",
  error: timeoutError(exchange.attempt.timeouts.total_ms),
});

/** Ends the exchange with an error answer: released, or settled with what the provider may bill. */
async function fail(
  exchange: Exchange,
  refusal: Refusal,
  how: "release" | "settle",
  upstream: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { scope } = exchange;
  const outcome = refusal.code === "upstream_timeout" ? "upstream_timeout" : "upstream_error";
  const ending = { outcome, status: errorStatus(refusal), error_code: refusal.code } as const;
  if (how === "release") scope.waitUntil(exchange.release(ending));
  else scope.waitUntil(exchange.bill().then((bill) => exchange.settle(ending, bill)));
  return { refused: refusal, headers: { ...upstream, ...answerHeaders(exchange, []) } };
}
