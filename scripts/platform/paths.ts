import { join } from "node:path";

/** The repository's root folder. */
export const ROOT = join(import.meta.dirname, "..", "..");

/** Where bundles are written. Independent of any data folder; safe to delete. */
export const DIST = join(ROOT, "dist");

/** A path relative to the repository's root. */
export const fromRoot = (...parts: readonly string[]): string => join(ROOT, ...parts);
