import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import { isRefused, type Refusal } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatUsd } from "../../../schema/kernel/money.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { ChatRequest } from "../../../schema/wire/openai-chat.ts";
import type { RequestContext } from "../../../schema/wire/request-record.ts";
import type { RecordedAnswer } from "../../../schema/wire/wallet-rpc.ts";
import { parseChatRequest } from "../dialects/openai-chat/parse-request.ts";
import { createPassRenderer } from "../dialects/openai-chat/pass-stream.ts";
import { createChunkRenderer } from "../dialects/openai-chat/render-stream.ts";
import { errorResponse, errorStatus } from "../http/error-response.ts";
import {
  headersFromUpstream,
  readLabel,
  readSwitch,
  readTags,
  readTraceparent,
  warningsHeader,
} from "../http/headers.ts";
import { readJsonBody } from "../http/read-json-body.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Translation } from "../providers/kit/provider.ts";
import type { KeyEntry } from "../stores/api-keys.ts";
import { walletClient } from "../wallet/wallet-client.ts";
import { type Admission, type AdmitInput, abandon, admit } from "./admit.ts";
import { authenticate } from "./authenticate.ts";
import { type CallResult, callProvider, timeoutError } from "./call-provider.ts";
import { dryRun } from "./dry-run.ts";
import { type Estimate, estimateChat } from "./estimate.ts";
import { Exchange } from "./exchange.ts";
import { readIdempotency } from "./idempotency.ts";
import { type Attempt, planRequest } from "./plan.ts";
import { relayStream } from "./relay-stream.ts";
import { brokenAnswer, relayWhole, type UnusableAnswer } from "./relay-whole.ts";
import { orgSnapshot } from "./snapshot.ts";
import { refusalOf } from "./upstream-refusal.ts";

const ROUTE = "/v1/chat/completions";

/**
 * A chat completion from end to end: parse, authenticate, plan, estimate, admit, call, relay, settle. All refusals come
 * before the hold; from the hold on, every way out ends it.
 */
export async function handleChat(http: Request, scope: RequestScope): Promise<Response> {
  const refused = (refusal: Refusal) => errorResponse(refusal, scope.public_request_id);
  const identity = await authenticate(http.headers, scope, "inference");
  if (isRefused(identity)) return refused(identity.refused);
  const read = await readJsonBody(http);
  if (isRefused(read)) return refused(read.refused);
  const parsed = parseChatRequest(read.body);
  if (isRefused(parsed)) return refused(parsed.refused);
  const snapshot = await orgSnapshot(scope, identity.key.org_id);
  if (isRefused(snapshot)) return refused(snapshot.refused);
  const planned = planRequest(parsed.request.model, "chat", identity.key, snapshot.snapshot, scope.started_at);
  if (isRefused(planned)) return refused(planned.refused);
  const [attempt] = planned.plan.attempts;
  return await handlePlanned({
    http,
    scope,
    body: read.body,
    key: identity.key,
    request: parsed.request,
    attempt,
    tags: readTags(http.headers),
    trace: readTraceparent(http.headers),
  });
}

interface Planned {
  readonly http: Request;
  readonly scope: RequestScope;
  readonly body: JsonObject;
  readonly key: KeyEntry;
  readonly request: ChatRequest;
  readonly attempt: Attempt;
  readonly tags: ReturnType<typeof readTags>;
  readonly trace: ReturnType<typeof readTraceparent>;
}

async function handlePlanned(planned: Planned): Promise<Response> {
  const { http, scope, body, key, request, attempt } = planned;
  const refused = (refusal: Refusal) => errorResponse(refusal, scope.public_request_id);
  const estimate = estimateChat(request, attempt);
  // Translated before the hold: a request that the provider cannot take is refused without touching the wallet.
  const tried = translate(planned, estimate);
  if (isRefused(tried)) return refused(tried.refused);
  const wallet = walletClient(scope.env, scope.effects, key.wallet_id);
  const dry = readSwitch(http.headers, "x-ao-dry-run");
  if (isRefused(dry)) return refused(dry.refused);
  const wants_ao = readSwitch(http.headers, "x-ao-usage");
  if (isRefused(wants_ao)) return refused(wants_ao.refused);
  if (dry.on) {
    return await dryRun({ scope, attempt, estimate, wallet, tokenizer: scope.env.TOKENIZER, request });
  }
  const idempotent = await readIdempotency(http.headers, key.key_id, ROUTE, body);
  if (isRefused(idempotent)) return refused(idempotent.refused);
  const input: AdmitInput = {
    request,
    attempt,
    estimate,
    request_id: scope.request_id,
    ttl_ms: scope.config.AO_HOLD_TTL_MS,
    context: requestContext(planned),
    idempotency: idempotent.idempotency,
  };
  const admission = await admit(wallet, scope.env.TOKENIZER, input).catch((error: unknown): Admission => {
    log("error", "admit_unanswered", { request_id: scope.request_id, reason: String(error) });
    scope.waitUntil(abandon(wallet, input));
    return { refused: { code: "wallet_unavailable", retry_after_ms: 1_000 } };
  });
  if (isRefused(admission)) return refused(admission.refused);
  if ("repeated" in admission) return repeatedResponse(admission.repeated, scope);
  const exchange = new Exchange({ scope, request, attempt, context: input.context, wallet, ...admission.admitted });
  const wishes = { keep_answer: idempotent.idempotency !== null, wants_ao: wants_ao.on };
  return await serve(planned, exchange, tried, wishes);
}

const translate = ({ request, attempt }: Planned, estimate: Estimate) =>
  attempt.adapter.translate({
    request,
    account: attempt.account,
    model: attempt.model,
    max_output_tokens:
      estimate.imposed_max_tokens ?? (boundIsOurs(request, estimate) ? attempt.model.max_output_tokens : null),
  });

/** A hold over the model's own maximum only covers what comes if the provider is told that maximum. */
const boundIsOurs = (request: ChatRequest, estimate: Estimate): boolean =>
  estimate.mode === "bounded" && request.max_tokens == null && request.max_completion_tokens == null;

/** What the caller wants beside the answer. */
interface Wishes {
  /** The answer is kept for repeats of its idempotency key. */
  readonly keep_answer: boolean;
  /** Cost and wallet in the last chunk of a stream. */
  readonly wants_ao: boolean;
}

/** From the hold on. */
async function serve(planned: Planned, exchange: Exchange, tried: Translation, wishes: Wishes): Promise<Response> {
  const { http, scope, attempt } = planned;
  const { estimate } = exchange;
  const translation = estimate.imposed_max_tokens === null ? tried : translate(planned, estimate);
  if (isRefused(translation)) return await fail(exchange, translation.refused, "release");
  const abort = new AbortController();
  const watch = watchWhileWaiting(exchange, http.signal, abort);
  const options = { request_id: scope.request_id, traceparent: planned.trace?.value ?? null, abort };
  try {
    const result = await callProvider(scope.env, scope.config, scope.effects, attempt, translation.call, options);
    if (result.status !== "answered")
      return await failedCall(exchange, watch.ended_by === "clock" ? late(exchange) : result);
    const { response } = result;
    const warnings = [...translation.warnings, ...walletWarnings(estimate), ...tagWarnings(planned.tags.dropped)];
    if (exchange.request.stream === true) {
      watch.stop();
      return await serveStream(planned, exchange, translation, response, abort, warnings, wishes.wants_ao);
    }
    return await serveWhole(exchange, translation, response, watch, warnings, wishes.keep_answer);
  } finally {
    watch.stop();
  }
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
): Promise<Response> {
  const { scope } = exchange;
  exchange.first_byte_at = scope.effects.now();
  const answer = await relayWhole(exchange, response, translation).catch(
    (error: unknown): UnusableAnswer => ({ refused: brokenAnswer(error) }),
  );
  if (isRefused(answer)) {
    if (watch.ended_by === "caller") return await failedCall(exchange, { status: "caller_gone" });
    if (watch.ended_by === "clock") return await failedCall(exchange, late(exchange));
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
  return new Response(body, { status: 200, headers });
}

async function serveStream(
  { http }: Planned,
  exchange: Exchange,
  translation: Translation,
  response: Response,
  abort: AbortController,
  warnings: readonly string[],
  wants_ao: boolean,
): Promise<Response> {
  const { scope, request, attempt } = exchange;
  if (response.body === null)
    return await fail(exchange, { code: "upstream_error", message: "The provider's answer is empty." }, "settle");
  const create = attempt.adapter.native_dialect === "openai-chat" ? createPassRenderer : createChunkRenderer;
  const renderer = create({
    identity: {
      id: `chatcmpl-${scope.request_id}`,
      created: Math.floor(scope.started_at / 1000),
      model: attempt.model.upstream_id,
    },
    include_usage: request.stream_options?.include_usage === true,
  });
  const start = await relayStream(exchange, response.body, {
    translation,
    renderer,
    abort,
    caller: http.signal,
    wants_ao,
  });
  if ("failed" in start) {
    abort.abort();
    return await fail(exchange, refusalOf(start.failed), start.stated ? "release" : "settle");
  }
  const available = exchange.available_nano_usd;
  return new Response(start.body, {
    status: 200,
    headers: {
      ...headersFromUpstream(response.headers),
      ...answerHeaders(exchange, warnings),
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      // Proxies such as nginx would otherwise collect the chunks.
      "x-accel-buffering": "no",
      ...(available === null ? null : { "x-ao-wallet-available-usd": formatUsd(available) }),
    },
  });
}

function answerHeaders(exchange: Exchange, warnings: readonly string[]): Record<string, string> {
  return {
    "x-request-id": exchange.scope.public_request_id,
    "x-ao-request-id": exchange.scope.request_id,
    "x-ao-provider": exchange.attempt.account.id,
    "x-ao-model": exchange.attempt.name,
    ...(warnings.length === 0 ? {} : { "x-ao-warnings": warningsHeader(warnings) }),
  };
}

/** A call without an answer. Nothing is owed when the provider refused or was never reached; else it may bill the prompt. */
async function failedCall(exchange: Exchange, result: Exclude<CallResult, { status: "answered" }>): Promise<Response> {
  switch (result.status) {
    case "refused":
    case "unreachable":
      return await fail(exchange, refusalOf(result.error), "release");
    case "timed_out":
      return await fail(exchange, refusalOf(result.error), "settle");
    case "caller_gone": {
      const bill = await exchange.bill();
      await exchange.settle({ outcome: "cancelled", status: 499, error_code: null }, bill);
      return new Response(null, { status: 499 });
    }
    default:
      return unreachable(result);
  }
}

/** The call took longer than it may in all. */
const late = (exchange: Exchange): { readonly status: "timed_out"; readonly error: UpstreamError } => ({
  status: "timed_out",
  error: timeoutError(exchange.attempt.timeouts.total_ms),
});

/** Ends the exchange with an error answer: released, or settled with what the provider may bill. */
async function fail(exchange: Exchange, refusal: Refusal, how: "release" | "settle"): Promise<Response> {
  const { scope } = exchange;
  const outcome = refusal.code === "upstream_timeout" ? "upstream_timeout" : "upstream_error";
  const ending = { outcome, status: errorStatus(refusal), error_code: refusal.code } as const;
  if (how === "release") scope.waitUntil(exchange.release(ending));
  else scope.waitUntil(exchange.bill().then((bill) => exchange.settle(ending, bill)));
  return errorResponse(refusal, scope.public_request_id, answerHeaders(exchange, []));
}

/** Looks after a call until its answer is there, or a stream's relay takes over. */
interface Watch {
  /** Who aborted the call, if anybody did. */
  readonly ended_by: "caller" | "clock" | null;
  stop(): void;
}

/** The caller's leaving ends the call, so does its total time; meanwhile the hold is kept alive. */
function watchWhileWaiting(exchange: Exchange, caller: AbortSignal, abort: AbortController): Watch {
  const { config, waitUntil } = exchange.scope;
  let ended_by: Watch["ended_by"] = null;
  const end = (by: "caller" | "clock") => (): void => {
    ended_by ??= by;
    abort.abort();
  };
  const leave = end("caller");
  const watches = config.AO_CLIENT_GONE === "cancel";
  if (watches && caller.aborted) leave();
  else if (watches) caller.addEventListener("abort", leave);
  const { total_ms } = exchange.attempt.timeouts;
  const { effects, started_at } = exchange.scope;
  let beaten_at = started_at;
  // One timer for both: each costs a request about as much as checking its key.
  const tick = setInterval(
    () => {
      const now = effects.now();
      if (now - started_at >= total_ms) end("clock")();
      if (now - beaten_at < config.AO_HEARTBEAT_MS) return;
      beaten_at = now;
      waitUntil(exchange.hold.heartbeat());
    },
    Math.max(50, Math.min(config.AO_HEARTBEAT_MS, total_ms / 10)),
  );
  return {
    get ended_by() {
      return ended_by;
    },
    stop: () => {
      clearInterval(tick);
      caller.removeEventListener("abort", leave);
    },
  };
}

function repeatedResponse(answer: RecordedAnswer, scope: RequestScope): Response {
  return new Response(answer.body, {
    status: answer.status,
    headers: { ...answer.headers, "x-request-id": scope.public_request_id, "x-ao-idempotent-replay": "true" },
  });
}

function requestContext({ http, scope, key, request, attempt, tags, trace }: Planned): RequestContext {
  const { headers } = http;
  return {
    org_id: key.org_id,
    key_id: key.key_id,
    route: ROUTE,
    dialect: "openai-chat",
    provider_id: attempt.account.id,
    provider_kind: attempt.account.kind,
    model: attempt.name,
    stream: request.stream === true,
    feature: readLabel(headers, "x-ao-feature"),
    tags: tags.tags,
    subject: readLabel(headers, "x-ao-subject"),
    country: readLabel(headers, "cf-ipcountry"),
    trace_id: trace?.trace_id ?? null,
    started_at: scope.started_at,
  };
}
