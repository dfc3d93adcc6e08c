import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import { warningsHeader } from "../../../schema/http/caller-headers.ts";
import { errorStatus } from "../../../schema/http/error-response.ts";
import { isRefused, type Refusal, type Refused } from "../../../schema/kernel/errors.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { formatUsd } from "../../../schema/kernel/money.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import { headersFromUpstream } from "../http/headers.ts";
import type { Translation } from "../providers/kit/provider.ts";
import { upstreamFailure } from "../providers/kit/upstream-failure.ts";
import { mayGoElsewhere } from "./attempt-turns.ts";
import { type CallResult, callProvider, timeoutError } from "./call-provider.ts";
import type { Continuation } from "./continuation.ts";
import type { Estimate } from "./estimate.ts";
import type { Ending, Exchange } from "./exchange.ts";
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

/** An attempt that failed with nothing delivered: another may be made. The hold is still open. */
export interface Again {
  readonly again: UpstreamError;
  /** What of the provider's answer goes on to the caller. */
  readonly headers: Readonly<Record<string, string>>;
  /** The provider may bill it all the same: charged before another is made. Absent where nothing is owed. */
  readonly owed?: {
    /** What the caller is told if no other is made. */
    readonly refusal: Refusal;
  };
}

/**
 * A request whose hold is open: called, relayed and settled. Whatever happens, the hold has an end; only where it failed
 * with nothing delivered, by what may go well elsewhere or later, it stays open for another attempt.
 */
export async function serveExchange(
  exchange: Exchange,
  caller: AbortSignal,
  tried: Translation,
  wishes: Wishes,
  continuation?: Continuation,
): Promise<Outcome | Again> {
  const { scope, attempt, estimate } = exchange;
  const abort = new AbortController();
  const watch = watchWhileWaiting(exchange, caller, abort);
  exchange.cache?.called(attempt, estimate.imposed_max_tokens !== null);
  const options = { request_id: scope.request_id, traceparent: traceparentFor(exchange, wishes), abort };
  try {
    const translation = await finalTranslation(exchange, tried, abort.signal);
    if (isRefused(translation)) return await fail(exchange, translation.refused, "release");
    exchange.called_at = scope.effects.now();
    const result = await callProvider(scope.env, scope.config, scope.effects, attempt, translation.call, options);
    if (result.status !== "answered")
      return watch.ended_by === "clock" ? await outOfTime(exchange) : await failedCall(exchange, result);
    const { response } = result;
    const warnings = [
      ...translation.warnings,
      ...walletWarnings(estimate),
      ...downgradeWarnings(exchange),
      ...tagWarnings(wishes.tags_dropped),
    ];
    if (exchange.operation.streamed) {
      watch.stop();
      return await serveStream(exchange, caller, translation, response, abort, warnings, wishes.wants_ao, continuation);
    }
    return await serveWhole(exchange, translation, response, watch, warnings, wishes.keep_answer);
  } finally {
    watch.stop();
  }
}

/** A caller's trace goes on at the provider; below our own span, where there is one. Nobody else is told of it. */
export const traceparentFor = ({ scope: { trace }, span_id }: Exchange, { traceparent }: Wishes): string | null =>
  traceparent === null || trace == null ? traceparent : trace.traceparent(span_id);

/**
 * What is really sent: translated again where the wallet bounds the answer, or where media had to be fetched first. They
 * are fetched now and not before, so that nobody makes us fetch what they do not pay for.
 */
export async function finalTranslation(
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

/** Whoever asked for a model is told that another one answers, and why. */
const downgradeWarnings = ({ context: { routing }, attempt }: Exchange): readonly string[] =>
  routing?.how !== "downgrade"
    ? []
    : [`${attempt.name} answers in place of ${routing.asked}: ${routing.wallet_used_percent} % of the wallet is used`];

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
): Promise<Outcome | Again> {
  const { scope } = exchange;
  exchange.first_byte_at = scope.effects.now();
  const answer = await relayWhole(exchange, response, translation).catch(
    (error: unknown): UnusableAnswer => ({ refused: brokenAnswer(error) }),
  );
  if (isRefused(answer)) {
    if (watch.ended_by === "caller") return await callerGone(exchange);
    if (watch.ended_by === "clock") return await outOfTime(exchange);
    const { failure } = exchange;
    if (answer.stated !== true) return owedFor(upstreamFailure(answer.refused.message ?? ""), answer.refused);
    if (failure !== null && mayGoElsewhere(failure)) return { again: failure, headers: {} };
    return await fail(exchange, answer.refused, "release");
  }
  const { body, bill } = answer;
  exchange.cache?.observeBody(body);
  const available = exchange.availableAfter(bill);
  const headers = {
    ...headersFromUpstream(response.headers),
    ...answerHeaders(exchange, warnings),
    "content-type": "application/json; charset=utf-8",
    "x-ao-cost-usd": formatUsd(exchange.costOf(bill)),
    ...(available === null ? null : { "x-ao-wallet-available-usd": formatUsd(available) }),
  };
  const recorded =
    keep_answer && body.length <= LIMITS.idempotent_answer_bytes ? { status: 200, headers, body } : undefined;
  // On its way before the answer is: a balance asked for next already has it.
  scope.waitUntil(exchange.settle({ outcome: "completed", status: 200, error_code: null }, bill, recorded));
  return { response: new Response(body, { status: 200, headers }), cost_nano_usd: exchange.costOf(bill) };
}

async function serveStream(
  exchange: Exchange,
  caller: AbortSignal,
  translation: Translation,
  response: Response,
  abort: AbortController,
  warnings: readonly string[],
  wants_ao: boolean,
  continuation: Continuation | undefined,
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
    ...(continuation === undefined ? {} : { continuation }),
  });
  if ("failed" in start) {
    abort.abort();
    if (mayGoElsewhere(start.failed)) {
      return start.stated ? { again: start.failed, headers: {} } : owedFor(start.failed, refusalOf(start.failed));
    }
    return await fail(exchange, refusalOf(start.failed), start.stated ? "release" : "settle");
  }
  const available = exchange.available_nano_usd;
  const headers = {
    ...headersFromUpstream(response.headers),
    ...answerHeaders(exchange, warnings),
    ...STREAM_HEADERS,
    ...(available === null ? null : { "x-ao-wallet-available-usd": formatUsd(available) }),
  };
  return { response: new Response(start.body, { status: 200, headers }), cost_nano_usd: null };
}

/** Of every answer that is a stream. */
export const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  // Proxies such as nginx would otherwise collect the chunks.
  "x-accel-buffering": "no",
} as const;

export function answerHeaders(exchange: Exchange, warnings: readonly string[]): Record<string, string> {
  return {
    "x-request-id": exchange.scope.public_request_id,
    "x-ao-request-id": exchange.scope.request_id,
    "x-ao-provider": exchange.attempt.account.id,
    "x-ao-model": exchange.attempt.name,
    ...routeHeader(exchange),
    ...experimentHeader(exchange),
    ...exchange.cache?.headers,
    ...exchange.rate_headers,
    ...(warnings.length === 0 ? {} : { "x-ao-warnings": warningsHeader(warnings) }),
  };
}

/** The rule that decided, what it did, and how many calls it took; nothing where one call asked for the caller's own model. */
function routeHeader({ context: { routing }, attempts }: Exchange): Readonly<Record<string, string>> {
  if (routing == null || (routing.rule_id === null && attempts === 1)) return {};
  const rule = routing.rule_id === null ? [] : [routing.rule_id];
  const calls = attempts === 1 ? [] : [`attempts=${attempts}`];
  return { "x-ao-route": [...rule, `how=${routing.how}`, ...calls].join("; ") };
}

/** The experiment that the request takes part in, and its variant. */
const experimentHeader = ({ context: { routing } }: Exchange): Readonly<Record<string, string>> =>
  routing?.experiment == null
    ? {}
    : { "x-ao-experiment": `${routing.experiment.id}; variant=${routing.experiment.variant}` };

/** A call without an answer. Nothing is owed when the provider refused or was never reached; else it may bill the prompt. */
async function failedCall(
  exchange: Exchange,
  result: Exclude<CallResult, { status: "answered" }>,
): Promise<Outcome | Again> {
  if (result.status !== "caller_gone") exchange.call_error = result.error;
  switch (result.status) {
    case "refused":
    case "unreachable": {
      const { error } = result;
      const headers = result.status === "refused" ? headersFromUpstream(result.headers) : {};
      if (mayGoElsewhere(error)) return { again: error, headers };
      return await fail(exchange, refusalOf(error), "release", headers);
    }
    case "timed_out":
      return owedFor(result.error, refusalOf(result.error));
    case "caller_gone":
      return await callerGone(exchange);
    default:
      return unreachable(result);
  }
}

/** The caller left while the provider was at work: it is charged what that may bill. */
async function callerGone(exchange: Exchange): Promise<Outcome> {
  const bill = await exchange.bill();
  await exchange.settle({ outcome: "cancelled", status: 499, error_code: null }, bill);
  return { response: new Response(null, { status: 499 }), cost_nano_usd: exchange.costOf(bill) };
}

/** A failure that is owed. The same model is not asked again: it would be paid for twice. */
const owedFor = (error: UpstreamError, refusal: Refusal): Again => ({
  again: { ...error, lasting: true },
  headers: {},
  owed: { refusal },
});

/**
 * The last attempt failed, with nothing delivered: its failure is the answer, and what it owes is charged. Where it was
 * `retried` here the caller's SDK is told not to do so once more.
 */
export function giveUp(exchange: Exchange, { again, headers, owed }: Again, retried: boolean): Promise<Outcome> {
  const refusal = owed?.refusal ?? refusalOf(again);
  const told: Refusal = retried ? { ...refusal, retry: "never" } : refusal;
  return fail(exchange, told, owed === undefined ? "release" : "settle", headers);
}

/** The caller left between two attempts: nobody waits, and only what the first of them owes is charged. */
export async function leave(exchange: Exchange, { owed }: Again): Promise<Outcome> {
  if (owed !== undefined) return await callerGone(exchange);
  await exchange.release({ outcome: "cancelled", status: 499, error_code: null });
  return { response: new Response(null, { status: 499 }), cost_nano_usd: null };
}

/** The request took longer than it may in all: no time is left for another attempt. */
function outOfTime(exchange: Exchange): Promise<Outcome> {
  const error = timeoutError(exchange.attempt.timeouts.total_ms);
  exchange.call_error = error;
  return fail(exchange, refusalOf(error), "settle");
}

/** How an attempt ended that failed so, as the log tells it. */
export function endingOf(refusal: Refusal): Ending {
  const outcome = refusal.code === "upstream_timeout" ? "upstream_timeout" : "upstream_error";
  return { outcome, status: errorStatus(refusal), error_code: refusal.code };
}

/** Ends the exchange with an error answer: released, or settled with what the provider may bill. */
async function fail(
  exchange: Exchange,
  refusal: Refusal,
  how: "release" | "settle",
  upstream: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { scope } = exchange;
  const ending = endingOf(refusal);
  if (how === "release") scope.waitUntil(exchange.release(ending));
  else scope.waitUntil(exchange.bill().then((bill) => exchange.settle(ending, bill)));
  return { refused: refusal, headers: { ...upstream, ...answerHeaders(exchange, []) } };
}
