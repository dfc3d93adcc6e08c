import { type Effects, runtimeEffects } from "../../../../schema/kernel/effects.ts";

/** Time, ids, randomness and fetch of this browser. What is tested takes them as arguments. */
export const effects: Effects = runtimeEffects();
