import { assert } from "../../../schema/kernel/unreachable.ts";
import { type KeyLimits, keyLimitsSchema } from "../../../schema/wire/rate-limits.ts";
import { type Change, NO_CHANGES } from "./change.ts";
import type { State } from "./state.ts";

/** Takes over changed limits of a key, also in a wallet that is not configured yet. An older version changes nothing. */
export function decideLimitKey(state: State, key_id: string, limits: KeyLimits): readonly Change[] {
  assert(typeof key_id === "string" && key_id !== "", "a key id");
  const parsed = keyLimitsSchema.parse(limits);
  const known = state.rates.key_limits.get(key_id);
  return known !== undefined && known.version >= parsed.version
    ? NO_CHANGES
    : [{ kind: "key_limits", key_id, limits: parsed }];
}
