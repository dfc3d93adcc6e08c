import type { Effects } from "../../../schema/kernel/effects.ts";
import type { GatewayConfig } from "../env.ts";
import { TraceExporter } from "./exporter.ts";
import { type ParentContext, Trace } from "./trace.ts";

/** One per configuration, so one in an isolate. */
const exporters = new WeakMap<GatewayConfig, TraceExporter>();

interface Started {
  readonly config: GatewayConfig;
  readonly effects: Effects;
  readonly request_id: string;
  readonly started_at: number;
  /** The route's path: `/v1/chat/completions`. */
  readonly route: string;
  readonly method: string;
  readonly parent: ParentContext | null;
  waitUntil(promise: Promise<unknown>): void;
}

/** The trace of a request; null where no collector is configured. */
export function startTrace({ config, effects, waitUntil, ...request }: Started): Trace | null {
  const exporter = exporterOf(config);
  if (exporter === null) return null;
  return new Trace({
    effects,
    parent: request.parent,
    ratio: config.AO_TRACE_RATIO,
    name: `${request.method} ${request.route}`,
    started_at: request.started_at,
    attributes: {
      "http.request.method": request.method,
      "http.route": request.route,
      "ao.request_id": request.request_id,
    },
    keep: (spans) => exporter.add(spans, { effects, waitUntil }),
  });
}

function exporterOf(config: GatewayConfig): TraceExporter | null {
  const { AO_OTLP_URL: base, AO_OTLP_HEADERS: headers } = config;
  if (base === undefined) return null;
  const known = exporters.get(config);
  if (known !== undefined) return known;
  const made = new TraceExporter({
    url: base.endsWith("/v1/traces") ? base : `${base.replace(/\/+$/, "")}/v1/traces`,
    headers,
    allow_private: config.AO_ALLOW_PRIVATE_UPSTREAMS,
    resource: { "service.name": "ai-orchestrator", "deployment.environment.name": config.AO_ENVIRONMENT },
  });
  exporters.set(config, made);
  return made;
}
