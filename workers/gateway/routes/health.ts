import * as z from "zod";
import { objectNamed } from "../../../schema/clients/object-named.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Route } from "../http/route.ts";

const state = z.object({ ok: z.boolean(), latency_ms: z.int(), error: z.string().optional() });

/** GET /health: the worker runs. Depends on nothing. */
export const health: Route = {
  method: "get",
  path: "/health",
  operation_id: "getHealth",
  tag: "Platform",
  summary: "Liveness",
  description: "Answers 200 as long as the gateway runs. Looks at nothing else.",
  security: "none",
  spends: false,
  headers: {},
  body: null,
  responses: { 200: { description: "It runs.", schema: z.object({ status: z.literal("ok") }) } },
  errors: [],
  handle: (_request, scope) =>
    Response.json(
      { status: "ok" },
      { headers: { "x-request-id": scope.public_request_id, "cache-control": "no-store" } },
    ),
};

/** GET /ready: what the gateway needs, each with its state and latency. */
export const ready: Route = {
  method: "get",
  path: "/ready",
  operation_id: "getReadiness",
  tag: "Platform",
  summary: "Readiness",
  description:
    "Asks D1, a wallet object and the queue, and says of each whether it answered and how fast. 503 when one did not.",
  security: "none",
  spends: false,
  headers: {},
  body: null,
  responses: {
    200: {
      description: "Everything answers.",
      schema: z.object({ status: z.string(), checks: z.record(z.string(), state) }),
    },
    503: { description: "Something does not answer; `checks` says what." },
  },
  errors: [],
  handle: checkReadiness,
};

/** A dependency that takes longer counts as down: a load balancer would not wait either. */
const CHECK_TIMEOUT_MS = 3_000;
/** Not a wallet: an object of its own that holds nothing. */
const PROBE_WALLET = "readiness-probe";

async function checkReadiness(_request: Request, scope: RequestScope): Promise<Response> {
  const { env, effects } = scope;
  const checks = {
    d1: () => env.DB.prepare("SELECT 1").first(),
    wallet: () => objectNamed(env.WALLET, PROBE_WALLET).ping(),
    queue: () => env.EVENTS.metrics(),
  };
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, run]) => [name, await check(run, effects.now)] as const),
  );
  const ok = results.every(([, result]) => result.ok);
  return Response.json(
    { status: ok ? "ready" : "not_ready", checks: Object.fromEntries(results) },
    { status: ok ? 200 : 503, headers: { "x-request-id": scope.public_request_id, "cache-control": "no-store" } },
  );
}

async function check(run: () => Promise<unknown>, now: () => number): Promise<z.infer<typeof state>> {
  const from = now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([run(), late]);
    return { ok: true, latency_ms: now() - from };
  } catch (error) {
    // The kind of failure and not its text: this route is open to everybody.
    return { ok: false, latency_ms: now() - from, error: error instanceof Error ? error.name : "error" };
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
}
