import { Hono } from "hono";
import { callerRequestId } from "../../schema/http/caller-headers.ts";
import { errorResponse } from "../../schema/http/error-response.ts";
import type { Effects } from "../../schema/kernel/effects.ts";
import { log } from "../../schema/kernel/log.ts";
import { type Env, readConfig } from "./env.ts";
import { dispatch } from "./http/dispatch.ts";
import type { ConsoleRoute } from "./http/route.ts";
import type { ConsoleScope } from "./http/scope.ts";
import { staticPage } from "./http/static-pages.ts";

/** Paths under this belong to the API: an unknown one is an error and not a page. */
const API_PREFIX = "/v1/";

/** The console's router over a list of routes. */
export function createApp(routes: readonly ConsoleRoute[], effects: Effects): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();
  for (const route of routes) {
    app.on(route.method.toUpperCase(), honoPath(route.path), async (context) => {
      const scope = newScope(context.req.raw, context.env, effects, (promise) =>
        context.executionCtx.waitUntil(promise),
      );
      return scope instanceof Response ? scope : await dispatch(route, context.req.raw, context.req.param(), scope);
    });
  }
  // Registered behind every handler: only another method comes here.
  for (const path of new Set(routes.map((route) => route.path))) {
    const allowed = routes.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
    app.all(honoPath(path), (context) => wrongMethod(context.req.raw, allowed, effects));
  }
  app.notFound(async (context) => {
    const { pathname } = new URL(context.req.url);
    if (!isOfApi(pathname, context.req.raw)) return await staticPage(context.req.raw, context.env);
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

/** A client that takes JSON and no page has its base URL wrong: a page would hide that from it. */
function isOfApi(pathname: string, request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  const wantsJson = accept.includes("application/json") && !accept.includes("text/html");
  return pathname.startsWith(API_PREFIX) || pathname === "/v1" || wantsJson;
}

/** `/v1/keys/{id}` as the router spells it. */
export const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

/** What a request carries; the answer that says what is wrong when the worker is not configured. */
export function newScope(
  request: Request,
  env: Env,
  effects: Effects,
  waitUntil: ConsoleScope["waitUntil"],
): ConsoleScope | Response {
  const result = readConfig(env);
  const request_id = effects.newId("request");
  const public_request_id = callerRequestId(request.headers) ?? request_id;
  if (!result.ok) {
    log("error", "not_configured", { reason: result.problem });
    return errorResponse({ code: "internal", message: result.problem }, public_request_id);
  }
  return {
    env,
    config: result.config,
    effects,
    request_id,
    public_request_id,
    started_at: effects.now(),
    ip: request.headers.get("cf-connecting-ip"),
    waitUntil,
  };
}

const publicId = (request: Request, effects: Effects): string =>
  callerRequestId(request.headers) ?? effects.newId("request");

function wrongMethod(request: Request, allowed: readonly string[], effects: Effects): Response {
  const { pathname } = new URL(request.url);
  return errorResponse(
    { code: "method_not_allowed", message: `${pathname} takes ${allowed.join(", ")}, not ${request.method}.` },
    publicId(request, effects),
    { allow: allowed.join(", ") },
  );
}
