import type { UpstreamError } from "../canonical/parts.ts";
import { type ObjectNamespace, objectNamed } from "../clients/object-named.ts";
import type { Seen } from "../health/breaker.ts";
import type { SharedHealth } from "../health/shared-health.ts";
import type { HealthState } from "../health/target-health.ts";

/** Why a call failed; the caller's own mistakes are no failures of the provider and are not reported. */
export type FailureClass = UpstreamError["class"];

export interface MonitorFailure {
  readonly class: FailureClass;
  /** Short, without credentials, never text of a prompt. */
  readonly text: string;
  readonly at: number;
}

/** What one isolate saw of one model since it last told. */
export interface ModelBatch extends Seen {
  readonly latency: Readonly<Record<string, number>>;
  readonly first_byte: Readonly<Record<string, number>>;
}

/** What one isolate saw of a provider since it last told, summed up. */
export interface LiveBatch {
  readonly ok: number;
  readonly failed: Readonly<Partial<Record<FailureClass, number>>>;
  /** How many calls took how long, by bucket of `latencyBucket`. */
  readonly latency: Readonly<Record<string, number>>;
  readonly first_byte: Readonly<Record<string, number>>;
  readonly last_failure: MonitorFailure | null;
  /** The same by model, named without the provider's id. */
  readonly models: Readonly<Record<string, ModelBatch>>;
}

export interface WindowFigures {
  readonly ok: number;
  readonly failed: number;
  readonly failed_by_class: Readonly<Partial<Record<string, number>>>;
  /** Within 9.1 % of the true ones; null without an answer. */
  readonly latency_p50_ms: number | null;
  readonly latency_p95_ms: number | null;
  readonly first_byte_p50_ms: number | null;
  readonly first_byte_p95_ms: number | null;
}

export interface ProviderHealth {
  readonly state: HealthState;
  readonly since: number | null;
  /** Whether it can be probed for free; otherwise live traffic alone tells. Null until that was tried. */
  readonly probed: boolean | null;
  readonly last_probe_at: number | null;
  readonly last_probe_ok: boolean | null;
  readonly failed_probes_in_a_row: number;
  readonly last_failure: MonitorFailure | null;
  readonly synced_at: number | null;
  readonly live_5m: WindowFigures;
  readonly live_60m: WindowFigures;
  /** What isolates are told: breakers, and figures of two minutes. */
  readonly shared: SharedHealth;
}

export type SyncAnswer =
  | { readonly status: "synced"; readonly listed: number; readonly new: number; readonly vanished: number }
  /** The provider has no list of models that could be asked for. */
  | { readonly status: "no_list" }
  | { readonly status: "unknown_provider" }
  | { readonly status: "failed"; readonly failure: MonitorFailure };

export interface ProbeAnswer {
  readonly granted: boolean;
  readonly shared: SharedHealth;
}

/** A provider's monitor as the gateway reaches it. Its object is named `<org_id>/<provider_id>`. */
export interface MonitorRpc {
  /** Makes sure that it probes. Harmless when repeated. */
  watch(org_id: string, provider_id: string): Promise<void>;
  /** Takes over what an isolate saw, and answers what is known of the provider with it. */
  report(org_id: string, provider_id: string, batch: LiveBatch): Promise<SharedHealth>;
  /** Asks whether one request may go first to a model that is half open. No more than a few are let in an interval. */
  probe(model: string): Promise<ProbeAnswer>;
  health(): Promise<ProviderHealth>;
  /** Takes over the list of models now, also of a disabled provider. */
  sync(org_id: string, provider_id: string): Promise<SyncAnswer>;
}

export type MonitorNamespace = ObjectNamespace<MonitorRpc>;

/** The monitor of that provider. A stub of one request only. */
export const monitorOf = (namespace: MonitorNamespace, org_id: string, provider_id: string): MonitorRpc =>
  objectNamed(namespace, `${org_id}/${provider_id}`);
