import { Hono } from "hono";
import type { Effects } from "../../schema/kernel/effects.ts";
import { log } from "../../schema/kernel/log.ts";
import { type Env, readConfig } from "./env.ts";
import { errorResponse } from "./http/error-response.ts";
import { callerRequestId } from "./http/headers.ts";
import type { RequestScope } from "./http/request-scope.ts";
import type { Route } from "./http/route.ts";

/** Paths under these belong to the data plane and to the admin API: an unknown one is an error and not a page. */
const API_PREFIX = "/v1/";

/** The gateway's router over a list of routes. */
export function createApp(routes: readonly Route[], effects: Effects): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();
  for (const route of routes) {
    app.on(route.method.toUpperCase(), route.path, async (context) => {
      const scope = newScope(context.req.raw, context.env, effects, (promise) =>
        context.executionCtx.waitUntil(promise),
      );
      if (scope instanceof Response) return scope;
      const answer = Promise.resolve(route.handle(context.req.raw, scope));
      // Without this the runtime tears the request down the moment its caller leaves, before `request.signal` can fire:
      // the upstream call would be lost and the hold left to its deadline.
      if (route.spends) scope.waitUntil(answer.catch(() => undefined));
      return await answer;
    });
    // Registered behind the handlers of the same path: only another method comes here.
    app.all(route.path, (context) => wrongMethod(context.req.raw, routes, effects));
  }
  app.notFound(async (context) => {
    const { pathname } = new URL(context.req.url);
    if (!pathname.startsWith(API_PREFIX)) return await context.env.DASHBOARD.fetch(context.req.raw);
    return errorResponse(
      { code: "not_found", message: `There is no route ${context.req.method} ${pathname.slice(0, 200)}. See /docs.` },
      publicId(context.req.raw, effects),
    );
  });
  app.onError((error, context) => {
    const request_id = publicId(context.req.raw, effects);
    log("error", "unhandled", { request_id, reason: `${error.name}: ${error.message}`, stack: error.stack ?? null });
    return errorResponse({ code: "internal" }, request_id);
  });
  return app;
}

function newScope(
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
  return { env, config: result.config, effects, request_id, public_request_id, started_at: effects.now(), waitUntil };
}

const publicId = (request: Request, effects: Effects): string =>
  callerRequestId(request.headers) ?? effects.newId("request");

/** A path may have several methods; HEAD of a GET route answers like it. */
function wrongMethod(request: Request, routes: readonly Route[], effects: Effects): Response {
  const { pathname } = new URL(request.url);
  const allowed = routes.filter(({ path }) => path === pathname).map(({ method }) => method.toUpperCase());
  return errorResponse(
    { code: "method_not_allowed", message: `${pathname} takes ${allowed.join(", ")}, not ${request.method}.` },
    publicId(request, effects),
    { allow: allowed.join(", ") },
  );
}
