import { errorResponse } from "../../../schema/http/error-response.ts";
import type { Refusal } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Route } from "../http/route.ts";
import { isToken } from "../metrics/is-token.ts";
import { type Backlog, metricsOf } from "../metrics/metrics-of.ts";
import { readFigures } from "../metrics/read-figures.ts";
import { EXPOSITION_TYPE, writeExposition } from "../metrics/write-exposition.ts";

/** Several scrapers of one deployment ask D1 once. Shorter than any sensible interval of a scrape. */
const KEPT_MS = 5_000;

interface Kept {
  readonly at: number;
  readonly text: Promise<string>;
}

/** The last exposition of each database, with the promise of one that is being made. */
const kept = new WeakMap<D1Database, Kept>();

/** GET /metrics: totals of the deployment for Prometheus. */
export const metrics: Route = {
  method: "get",
  path: "/metrics",
  operation_id: "getMetrics",
  tag: "Platform",
  summary: "Metrics",
  description:
    "Totals of the whole deployment in Prometheus' text format 0.0.4, made anew every five seconds at most. Asks for `Authorization: Bearer` with the token that is set as `AO_METRICS_TOKEN`; without one there is no such route.",
  security: "none",
  spends: false,
  headers: { authorization: "`Bearer` and the token of `AO_METRICS_TOKEN`." },
  body: null,
  responses: { 200: { description: "The metrics.", content_type: "text/plain" } },
  errors: ["not_found", "invalid_api_key", "store_unavailable"],
  async handle(request, scope) {
    const token = scope.config.AO_METRICS_TOKEN;
    if (token === undefined) return refuse(scope, NOT_SET);
    const given = /^bearer +(\S+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (given === undefined || !(await isToken(given, token))) return refuse(scope, WRONG_TOKEN);
    try {
      const headers = {
        "content-type": EXPOSITION_TYPE,
        "cache-control": "no-store",
        "x-request-id": scope.public_request_id,
      };
      return new Response(await exposition(scope), { headers });
    } catch (error) {
      kept.delete(scope.env.DB);
      log("error", "metrics_not_read", { request_id: scope.request_id, reason: String(error) });
      return refuse(scope, UNAVAILABLE);
    }
  },
};

function exposition(scope: RequestScope): Promise<string> {
  const { env, started_at: now } = scope;
  const last = kept.get(env.DB);
  if (last !== undefined && now - last.at < KEPT_MS) return last.text;
  const text = written(scope);
  kept.set(env.DB, { at: now, text });
  return text;
}

async function written({ env }: RequestScope): Promise<string> {
  const [figures, backlog] = await Promise.all([readFigures(env.DB), backlogOf(env.EVENTS)]);
  return writeExposition(metricsOf(figures, backlog));
}

/** A queue that does not say how long it is must not hide the rest. */
async function backlogOf(queue: Queue): Promise<Backlog | null> {
  try {
    const { backlogCount: messages, backlogBytes: bytes } = await queue.metrics();
    return { messages, bytes };
  } catch {
    return null;
  }
}

const refuse = (scope: RequestScope, refusal: Refusal): Response => errorResponse(refusal, scope.public_request_id);

const NOT_SET: Refusal = {
  code: "not_found",
  message: "Metrics are off. Set AO_METRICS_TOKEN for the gateway, and send it as a bearer token.",
};
const WRONG_TOKEN: Refusal = {
  code: "invalid_api_key",
  message: "Send the token that is set as AO_METRICS_TOKEN: `Authorization: Bearer …`. It is not an API key.",
};
const UNAVAILABLE: Refusal = {
  code: "store_unavailable",
  message: "The figures could not be read. Try again.",
  retry_after_ms: 1_000,
};
