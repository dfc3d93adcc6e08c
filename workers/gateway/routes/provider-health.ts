import * as z from "zod";
import { breakerAt } from "../../../schema/health/breaker.ts";
import type { SharedTarget } from "../../../schema/health/shared-health.ts";
import { BREAKER_STATES, HEALTH_STATES } from "../../../schema/health/target-health.ts";
import { errorResponse } from "../../../schema/http/error-response.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { type MonitorFailure, monitorOf } from "../../../schema/wire/monitor-rpc.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Route, RouteParams } from "../http/route.ts";
import { authorizeAdmin } from "./authorize-admin.ts";

const time = z.iso.datetime().nullable();

export const failureSchema = z.object({ class: z.string(), message: z.string(), at: z.iso.datetime() });

const figuresSchema = z.object({
  ok: z.int(),
  failed: z.int(),
  failed_by_class: z.record(z.string(), z.int()),
  latency_p50_ms: z.int().nullable(),
  latency_p95_ms: z.int().nullable(),
  first_byte_p50_ms: z.int().nullable(),
  first_byte_p95_ms: z.int().nullable(),
});

const targetSchema = z.object({
  breaker: z.enum(BREAKER_STATES).describe("open: asked last; half_open: a few requests find out how it is"),
  breaker_since: time,
  breaker_until: time.describe("When an open one becomes half open"),
  ok: z.int(),
  failed: z.int(),
  latency_p50_ms: z.int().nullable(),
  latency_p95_ms: z.int().nullable(),
  first_byte_p50_ms: z.int().nullable(),
  first_byte_p95_ms: z.int().nullable(),
});

/** GET /v1/providers/{id}/health: what its monitor knows of a provider. */
export const providerHealth: Route = {
  method: "get",
  path: "/v1/providers/{id}/health",
  operation_id: "getProviderHealth",
  tag: "Providers",
  summary: "Get a provider's health",
  description:
    "How a provider is, by probes that ask for its list of models and by the requests that go to it. Percentiles are within 9.1 % of the true ones, over the last 5 and 60 minutes. Mistakes of callers do not count as failures. A disabled provider is `unknown`.",
  security: "admin",
  spends: false,
  params: { id: "The provider's id." },
  headers: {},
  body: null,
  responses: {
    200: {
      description: "The provider's health.",
      schema: z.object({
        state: z.enum(HEALTH_STATES),
        since: time,
        probed: z.boolean().nullable().describe("false: it has no list to ask for, so requests alone tell"),
        last_probe_at: time,
        last_probe_ok: z.boolean().nullable(),
        failed_probes_in_a_row: z.int(),
        last_failure: failureSchema.nullable(),
        synced_at: time.describe("When its list of models was last taken over"),
        live_5m: figuresSchema,
        live_60m: figuresSchema,
        routing: targetSchema.describe("What routing goes by: the provider's breaker, and its calls of two minutes"),
        models: z
          .record(z.string(), targetSchema)
          .describe("The same for each model that was called lately or whose breaker is not closed"),
      }),
    },
  },
  errors: ["invalid_api_key", "not_signed_in", "forbidden", "origin_denied", "not_found", "store_unavailable"],
  handle,
};

async function handle(http: Request, scope: RequestScope, { id = "" }: RouteParams): Promise<Response> {
  const caller = await authorizeAdmin(http, scope, { permission: "providers:read", audit: null });
  if (caller.status === "refused") return errorResponse(caller.refusal, scope.public_request_id);
  const { MONITOR, DB } = scope.env;
  try {
    const enabled = await DB.prepare("SELECT enabled FROM providers WHERE org_id = ?1 AND id = ?2")
      .bind(caller.org_id, id)
      .first<number>("enabled");
    if (enabled === null || MONITOR === undefined) {
      return errorResponse({ code: "not_found", message: "There is no such provider." }, scope.public_request_id);
    }
    // A new provider is watched from the first look on.
    if (enabled === 1) await monitorOf(MONITOR, caller.org_id, id).watch(caller.org_id, id);
    const { shared, ...health } = await monitorOf(MONITOR, caller.org_id, id).health();
    const now = scope.effects.now();
    return Response.json(
      {
        ...health,
        since: moment(health.since),
        last_probe_at: moment(health.last_probe_at),
        synced_at: moment(health.synced_at),
        last_failure: health.last_failure === null ? null : shownFailure(health.last_failure),
        routing: shownTarget(shared.provider, now),
        models: Object.fromEntries(
          Object.entries(shared.models).map(([name, target]) => [name, shownTarget(target, now)]),
        ),
      },
      { headers: { "x-request-id": scope.public_request_id, "cache-control": "no-store" } },
    );
  } catch (error) {
    log("error", "provider_health_failed", { request_id: scope.request_id, reason: String(error) });
    return errorResponse({ code: "store_unavailable", retry_after_ms: 1_000 }, scope.public_request_id);
  }
}

const moment = (at: number | null): string | null => (at === null ? null : formatTime(at));

function shownTarget({ breaker, ...figures }: SharedTarget, now: number): z.infer<typeof targetSchema> {
  const { state, since, until } = breakerAt(breaker, now);
  return {
    breaker: state,
    breaker_since: since === 0 ? null : formatTime(since),
    breaker_until: moment(until),
    ...figures,
  };
}

export const shownFailure = ({ class: kind, text, at }: MonitorFailure): z.infer<typeof failureSchema> => ({
  class: kind,
  message: text,
  at: formatTime(at),
});
