import { assert } from "../../../schema/kernel/unreachable.ts";
import { type Change, NO_CHANGES } from "./change.ts";
import type { State } from "./state.ts";

/** Refuses a key from the next admit on, also in a wallet that is not configured yet. There is no way back. */
export function decideRevoke(state: State, key_id: string, now: number): readonly Change[] {
  assert(typeof key_id === "string" && key_id !== "", "a key id");
  return state.revoked_keys.has(key_id) ? NO_CHANGES : [{ kind: "revoked", key_id, at: now }];
}
