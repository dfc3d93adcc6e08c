import type { Effects } from "../../../schema/kernel/effects.ts";
import type { Env, GatewayConfig } from "../env.ts";
import type { Trace } from "../traces/trace.ts";

/** What one request carries through the gateway. Made once at the entry, never stored. */
export interface RequestScope {
  readonly env: Env;
  readonly config: GatewayConfig;
  readonly effects: Effects;
  /** Ours, unique: what the wallet, the log and the audit know this request by. */
  readonly request_id: string;
  /** What the caller sees as `x-request-id`: its own id when it sent one, else ours. */
  readonly public_request_id: string;
  readonly started_at: number;
  /** The caller's address as the edge saw it; null on a machine of one's own. */
  readonly ip: string | null;
  /** Where traces are wanted: this request's. */
  readonly trace?: Trace | null;
  /** Keeps the isolate alive for what happens after the last byte. */
  waitUntil(promise: Promise<unknown>): void;
}
