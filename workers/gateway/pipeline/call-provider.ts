import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import { BINDING_HOST_SUFFIX, checkUrl, URL_PROBLEMS } from "../../../schema/http/checked-url.ts";
import { readBounded } from "../../../schema/http/read-json-body.ts";
import type { Effects } from "../../../schema/kernel/effects.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import type { Env, GatewayConfig } from "../env.ts";
import type { Authorized, AuthorizeTools, UpstreamCall } from "../providers/kit/provider.ts";
import { upstreamFailure } from "../providers/kit/upstream-failure.ts";
import type { Attempt } from "./plan.ts";

/** How one upstream call went until its headers (and, for a failure, its body) were there. */
export type CallResult =
  | { readonly status: "answered"; readonly response: Response }
  /** The provider answered with an error status, or a redirect. Nothing is owed. */
  | { readonly status: "refused"; readonly error: UpstreamError; readonly headers: Headers }
  /** No connection, or the URL may not be called: nothing was sent. */
  | { readonly status: "unreachable"; readonly error: UpstreamError }
  /** Sent, and no headers in time. What the provider did and bills is unknown. */
  | { readonly status: "timed_out"; readonly error: UpstreamError }
  /** The caller left while we waited. Unknown like a time-out. */
  | { readonly status: "caller_gone" };

export interface CallOptions {
  readonly request_id: string;
  readonly traceparent: string | null;
  /** Aborts the call, also its body later. */
  readonly abort: AbortController;
}

/** Makes one upstream call. Redirects are never followed: fetch would carry the credential to another host. */
export async function callProvider(
  env: Env,
  config: GatewayConfig,
  effects: Effects,
  attempt: Attempt,
  call: UpstreamCall,
  options: CallOptions,
): Promise<CallResult> {
  const target = resolveTarget(env, config, effects, call.url);
  if ("problem" in target)
    return { status: "unreachable", error: { ...upstreamFailure(target.problem), lasting: true } };
  const authorized = await authorizeCall(env, config, effects, attempt, call);
  if ("failed" in authorized) return { status: "unreachable", error: cleaned(authorized.failed, attempt) };
  let timed_out = false;
  const timer = setTimeout(() => {
    timed_out = true;
    options.abort.abort();
  }, attempt.timeouts.first_byte_ms);
  try {
    const response = await target.fetch(target.url, {
      method: "POST",
      headers: {
        ...call.headers,
        ...authorized.headers,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "user-agent": "ai-orchestrator/0.1",
        "x-request-id": options.request_id,
        ...(options.traceparent === null ? null : { traceparent: options.traceparent }),
      },
      body: call.body,
      redirect: "manual",
      signal: options.abort.signal,
    });
    if (response.ok) return { status: "answered", response };
    const error = await readFailure(attempt.adapter, response);
    return { status: "refused", error: cleaned(error, attempt), headers: response.headers };
  } catch (error) {
    if (timed_out) return { status: "timed_out", error: timeoutError(attempt.timeouts.first_byte_ms) };
    if (options.abort.signal.aborted) return { status: "caller_gone" };
    return unreachable(`The provider could not be reached (${error instanceof Error ? error.name : "error"}).`);
  } finally {
    clearTimeout(timer);
  }
}

type Target = { readonly url: string; readonly fetch: typeof fetch } | { readonly problem: string };

function resolveTarget(env: Env, config: GatewayConfig, effects: Effects, url: string): Target {
  const binding = bindingOf(env, url);
  if (binding === "missing") return { problem: "This provider exists only in local runs." };
  if (binding !== null) return { url, fetch: (input, init) => binding.fetch(input, init) };
  const checked = checkUrl(url, { allow_private: config.AO_ALLOW_PRIVATE_UPSTREAMS });
  if (!checked.ok) return { problem: `The provider's base URL ${URL_PROBLEMS[checked.problem]}.` };
  return { url, fetch: effects.fetch };
}

/** Hosts that are bindings of ours: they never leave the runtime, so no address policy applies. */
function bindingOf(env: Env, url: string): Fetcher | "missing" | null {
  if (!url.startsWith(`http://sandbox${BINDING_HOST_SUFFIX}/`)) return null;
  return env.SANDBOX ?? "missing";
}

/** What a provider's answer that is no success says. Credentials may stand in its text. */
export async function readFailure(adapter: Attempt["adapter"], response: Response): Promise<UpstreamError> {
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    const message = "The provider answered with a redirect, which is not followed.";
    return { ...upstreamFailure(message, "failed", response.status), lasting: true };
  }
  const body = response.body === null ? "" : await readBounded(response.body, LIMITS.upstream_error_bytes);
  return adapter.readError(response.status, response.headers, body ?? "");
}

const cleaned = (error: UpstreamError, { account }: Attempt): UpstreamError => ({
  ...error,
  message: withoutCredentials(error.message, account.credential),
});

/** What a provider's folder can only make at the call. Its token requests go through the same checks as the call itself. */
async function authorizeCall(
  env: Env,
  config: GatewayConfig,
  effects: Effects,
  { adapter, account, timeouts: { first_byte_ms } }: Attempt,
  call: UpstreamCall,
): Promise<Authorized> {
  if (adapter.authorize === undefined) return { headers: {} };
  const checked = checkedFetch(env, config, effects);
  const tools: AuthorizeTools = {
    now: effects.now,
    // Not the call's own signal: other requests may wait for the same token.
    fetch: (url, init) => checked(url, { ...init, signal: AbortSignal.timeout(first_byte_ms) }),
  };
  try {
    return await adapter.authorize(call, account, tools);
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") return { failed: timeoutError(first_byte_ms) };
    const name = error instanceof Error ? error.name : "error";
    return { failed: upstreamFailure(`The provider's credential could not be used (${name}).`, "auth") };
  }
}

/** A fetch for what is configured: it reaches what a provider's base URL may reach and follows no redirect. */
export function checkedFetch(env: Env, config: GatewayConfig, effects: Effects): AuthorizeTools["fetch"] {
  return async (url, init) => {
    const target = resolveTarget(env, config, effects, url);
    if ("problem" in target) throw new Error(target.problem);
    return await target.fetch(target.url, { ...init, redirect: "manual" });
  };
}

/** Providers quote keys in their messages, also in part: whatever looks like one goes. */
export function withoutCredentials(message: string, credential: Readonly<Record<string, string>>): string {
  const known = Object.values(credential).filter((value) => value.length >= 8);
  const text = known.reduce((rest, value) => rest.replaceAll(value, "[credential]"), message);
  return text.replace(/\b(?:(?:sk|pk|rk|gsk|xai)[-_]|AIza|AKIA)[-_A-Za-z0-9*.]{8,}/g, "[credential]").slice(0, 2_000);
}

export const timeoutError = (after_ms: number): UpstreamError =>
  upstreamFailure(`The provider did not answer within ${after_ms} ms.`, "timeout", 504);

const unreachable = (message: string): CallResult => ({
  status: "unreachable",
  error: upstreamFailure(message),
});
