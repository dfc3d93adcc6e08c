import type { Effects } from "../../../schema/kernel/effects.ts";
import type { ConsoleConfig, Env } from "../env.ts";

/** What one request carries through the console. Made once at the entry, never stored. */
export interface ConsoleScope {
  readonly env: Env;
  readonly config: ConsoleConfig;
  readonly effects: Effects;
  /** Ours, unique. */
  readonly request_id: string;
  /** What the caller sees as `x-request-id`. */
  readonly public_request_id: string;
  readonly started_at: number;
  /** The caller's address as the edge saw it; null on a machine of one's own. */
  readonly ip: string | null;
  waitUntil(promise: Promise<unknown>): void;
}
