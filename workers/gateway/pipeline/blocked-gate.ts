import type { ErrorCode, Refusal } from "../../../schema/kernel/errors.ts";

/**
 * How many entries of blocked requests one key makes in the audit chain: each of a client in a loop would cost the org a
 * durable write. A token bucket for each key and isolate: within it every refusal is an entry of its own; what is beyond
 * it is counted, and goes with the next refusal that the bucket takes or, at the latest, when it has waited its time.
 * Nothing is lost by it but the particulars. Pure.
 */

/** More than a person or a sensible retry makes; a loop is told from them by then. */
const BURST = 50;
/** Audit objects take some hundreds of entries a second, for all keys of the org together. */
const PER_SECOND = 10;
/** How long a counted refusal waits for its entry at most. */
export const BLOCKED_WAIT_MS = 10_000;

/** One refusal, with everything that its entry tells. */
export interface Blocked {
  readonly at: number;
  readonly org_id: string;
  readonly wallet_id: string;
  readonly key_id: string;
  readonly key_name: string;
  readonly code: ErrorCode;
  readonly message: string;
  /** The error's further fields. */
  readonly refusal?: Refusal["details"];
  readonly model: string | null;
  readonly route: string;
  readonly request_id: string;
  readonly ip: string | null;
}

/** An entry: the newest of `count` refusals of one code. */
export interface BlockedEntry {
  readonly blocked: Blocked;
  readonly count: number;
}

export interface BlockedGate {
  readonly tokens: number;
  readonly refilled_at: number;
  /** At most one for each code. */
  readonly waiting: readonly BlockedEntry[];
}

export interface GateStep {
  readonly gate: BlockedGate;
  readonly send: readonly BlockedEntry[];
}

export const newGate = (now: number): BlockedGate => ({ tokens: BURST, refilled_at: now, waiting: [] });

/** A refusal: sent with those of its code that waited, or made to wait. */
export function pass(gate: BlockedGate, blocked: Blocked, now: number): GateStep {
  const { tokens, refilled_at } = refill(gate, now);
  const others = gate.waiting.filter((entry) => entry.blocked.code !== blocked.code);
  const waited = gate.waiting.find((entry) => entry.blocked.code === blocked.code)?.count ?? 0;
  const entry = { blocked, count: waited + 1 };
  if (tokens < 1) return { gate: { tokens, refilled_at, waiting: [...others, entry] }, send: [] };
  return { gate: { tokens: tokens - 1, refilled_at, waiting: others }, send: [entry] };
}

/** What waits is sent, whatever the bucket has: at most one entry a code. */
export function flush(gate: BlockedGate, now: number): GateStep {
  const { tokens, refilled_at } = refill(gate, now);
  const left = Math.max(0, tokens - gate.waiting.length);
  return { gate: { tokens: left, refilled_at, waiting: [] }, send: gate.waiting };
}

/** A clock that goes back adds nothing. */
function refill(gate: BlockedGate, now: number): Pick<BlockedGate, "tokens" | "refilled_at"> {
  const elapsed_ms = Math.max(0, now - gate.refilled_at);
  return { tokens: Math.min(BURST, gate.tokens + (elapsed_ms * PER_SECOND) / 1_000), refilled_at: now };
}
