import type { ErrorCode } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import type { EventOf } from "../../../schema/wire/events.ts";
import type { RequestScope } from "../http/request-scope.ts";
import {
  BLOCKED_WAIT_MS,
  type Blocked,
  type BlockedEntry,
  type BlockedGate,
  flush,
  newGate,
  pass,
} from "./blocked-gate.ts";

/**
 * Refusals that a rule of the org made, or its wallet: its auditors want to see them. A request that is not valid, or
 * that only has to come later, is none of them.
 */
const BLOCKED_CODES: ReadonlySet<ErrorCode> = new Set([
  "forbidden",
  "wallet_frozen",
  "wallet_ended",
  "wallet_exhausted",
  "request_exceeds_wallet",
  "request_exceeds_maximum",
  "invalid_api_key",
  "policy_denied",
  "region_denied",
  "content_blocked",
]);

export const isBlocked = (code: ErrorCode): boolean => BLOCKED_CODES.has(code);

interface KeyState {
  gate: BlockedGate;
  /** When somebody began to wait for what is counted, or null. */
  flushing_since: number | null;
}

/** By key id, of this isolate. Bounded: the key that was seen first goes first, what it waits for is sent all the same. */
const states = new Map<string, KeyState>();
const STATES_MAX = 10_000;

/** Tells the org's audit chain of a refusal, over the queue and behind the answer. Never fails. */
export function reportBlocked(scope: RequestScope, blocked: Blocked): void {
  const now = scope.effects.now();
  const state = stateOf(blocked.key_id, now);
  const { gate, send } = pass(state.gate, blocked, now);
  state.gate = gate;
  if (send.length > 0) scope.waitUntil(sendEntries(scope, send));
  // One that has not come back long after its time died with its request.
  const flushing = state.flushing_since !== null && now - state.flushing_since <= 2 * BLOCKED_WAIT_MS;
  if (gate.waiting.length === 0 || flushing) return;
  state.flushing_since = now;
  scope.waitUntil(flushLater(scope, state));
}

function stateOf(key_id: string, now: number): KeyState {
  const known = states.get(key_id);
  if (known !== undefined) return known;
  const state: KeyState = { gate: newGate(now), flushing_since: null };
  states.set(key_id, state);
  const oldest = states.size > STATES_MAX ? states.keys().next() : null;
  if (oldest !== null && !oldest.done) states.delete(oldest.value);
  return state;
}

async function flushLater(scope: RequestScope, state: KeyState): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, BLOCKED_WAIT_MS));
  const { gate, send } = flush(state.gate, scope.effects.now());
  state.gate = gate;
  state.flushing_since = null;
  await sendEntries(scope, send);
}

async function sendEntries(scope: RequestScope, entries: readonly BlockedEntry[]): Promise<void> {
  await Promise.all(
    entries.map(async (entry) => {
      const event = eventOf(entry, scope.effects.newId("audit"));
      // The same id both times: an event that went through unanswered is one entry all the same.
      const send = () => scope.env.EVENTS.send(event);
      await send()
        .catch(send)
        .catch((error: unknown) => {
          const { org_id, key_id, code } = entry.blocked;
          log("error", "blocked_not_sent", { org_id, key_id, code, count: entry.count, reason: String(error) });
        });
    }),
  );
}

function eventOf({ blocked, count }: BlockedEntry, event_id: string): EventOf<"request.blocked"> {
  const { at, org_id, wallet_id, code, message, model, route, refusal } = blocked;
  return {
    event_id,
    at,
    org_id,
    wallet_id,
    type: "request.blocked",
    actor: { type: "key", id: blocked.key_id, name: blocked.key_name },
    target: model === null ? null : { type: "model", id: model },
    request_id: blocked.request_id,
    ip: blocked.ip,
    details: { code, message, model, wallet_id, route, count, ...(refusal === undefined ? {} : { refusal }) },
  };
}
