import type { MeaningBindings } from "./meaning.ts";

/** Bindings of the cache worker, see wrangler.toml. Without them nothing is found by its meaning. */
export type Env = MeaningBindings;
