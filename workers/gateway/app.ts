import { Hono } from "hono";
import { callerRequestId } from "../../schema/http/caller-headers.ts";
import { errorResponse } from "../../schema/http/error-response.ts";
import type { Effects } from "../../schema/kernel/effects.ts";
import { log } from "../../schema/kernel/log.ts";
import { type Env, readConfig } from "./env.ts";
import { readTraceparent } from "./http/headers.ts";
import type { RequestScope } from "./http/request-scope.ts";
import type { Route } from "./http/route.ts";
import { startTrace } from "./traces/start-trace.ts";

/** Paths under this are an API's, ours or the console's: whoever asks there reads our error envelope. */
const API_PREFIX = "/v1/";

/** The gateway's router over a list of routes. Every other path is the console's. */
export function createApp(routes: readonly Route[], effects: Effects): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();
  for (const route of routes) {
    const path = mountedPath(route.path);
    app.on(route.method.toUpperCase(), path, async (context) => {
      const scope = newScope(route, context.req.raw, context.env, effects, (promise) =>
        context.executionCtx.waitUntil(promise),
      );
      if (scope instanceof Response) return scope;
      const answer = Promise.resolve(route.handle(context.req.raw, scope, context.req.param()));
      // Without this the runtime tears the request down the moment its caller leaves, before `request.signal` can fire:
      // the upstream call would be lost and the hold left to its deadline.
      if (route.spends) scope.waitUntil(answer.catch(() => undefined));
      const response = await answer.catch((error: unknown) => {
        // What `onError` answers.
        scope.trace?.answered(500);
        throw error;
      });
      scope.trace?.answered(response.status);
      return response;
    });
    // Registered behind the handlers of the same path: only another method comes here.
    app.all(path, (context) => wrongMethod(context.req.raw, route, routes, effects));
  }
  app.notFound((context) => askConsole(context.req.raw, context.env, effects));
  app.onError((error, context) => {
    const request_id = publicId(context.req.raw, effects);
    log("error", "unhandled", { request_id, reason: `${error.name}: ${error.message}`, stack: error.stack ?? null });
    return errorResponse({ code: "internal" }, request_id);
  });
  return app;
}

/** Parameters are written `{id}` in a route's path and `:id` in the router's. */
const mountedPath = (path: string): string => path.replace(/\{(\w+)\}/g, ":$1");

/**
 * The request goes on as it came, headers, body and method, and with nothing of ours: who calls is for the console to
 * find out, and there is no header by which we could tell it.
 */
async function askConsole(request: Request, env: Env, effects: Effects): Promise<Response> {
  try {
    return await env.DASHBOARD.fetch(request);
  } catch (error) {
    const request_id = publicId(request, effects);
    log("error", "console_failed", { request_id, reason: String(error) });
    if (new URL(request.url).pathname.startsWith(API_PREFIX)) {
      return errorResponse({ code: "store_unavailable", message: CONSOLE_DOWN, retry_after_ms: 1_000 }, request_id);
    }
    return new Response(CONSOLE_DOWN, {
      status: 503,
      headers: { "content-type": "text/plain; charset=utf-8", "x-request-id": request_id, "retry-after": "1" },
    });
  }
}

const CONSOLE_DOWN = "The console does not answer. Try again.";

function newScope(
  route: Route,
  request: Request,
  env: Env,
  effects: Effects,
  waitUntil: RequestScope["waitUntil"],
): RequestScope | Response {
  const result = readConfig(env);
  const request_id = effects.newId("request");
  const public_request_id = callerRequestId(request.headers) ?? request_id;
  if (!result.ok) {
    log("error", "not_configured", { reason: result.problem });
    return errorResponse({ code: "internal", message: result.problem }, public_request_id);
  }
  const ip = request.headers.get("cf-connecting-ip");
  const started_at = effects.now();
  const { config } = result;
  const trace = route.spends
    ? startTrace({
        config,
        effects,
        request_id,
        started_at,
        route: route.path,
        method: request.method,
        parent: readTraceparent(request.headers),
        waitUntil,
      })
    : null;
  return { env, config, effects, request_id, public_request_id, started_at, ip, trace, waitUntil };
}

const publicId = (request: Request, effects: Effects): string =>
  callerRequestId(request.headers) ?? effects.newId("request");

/** A path may have several methods; HEAD of a GET route answers like it. */
function wrongMethod(request: Request, route: Route, routes: readonly Route[], effects: Effects): Response {
  const allowed = routes.filter(({ path }) => path === route.path).map(({ method }) => method.toUpperCase());
  return errorResponse(
    { code: "method_not_allowed", message: `${route.path} takes ${allowed.join(", ")}, not ${request.method}.` },
    publicId(request, effects),
    { allow: allowed.join(", ") },
  );
}
