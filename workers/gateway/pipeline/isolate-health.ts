import { KnownHealth } from "../stores/known-health.ts";

/** One per isolate: what its requests have learned of providers and models. */
export const isolateHealth = new KnownHealth();
