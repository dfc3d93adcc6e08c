import { watch } from "node:fs";
import { fromRoot } from "./paths.ts";

/** An editor writes several files at once, and some of them in two steps. */
const SETTLE_MS = 150;

/** Calls `onChange` after each change of the workers' source, one call at a time, until the answer is called. */
export function watchSources(onChange: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      last = last.then(onChange);
    }, SETTLE_MS);
  };
  const watchers = ["schema", "workers", "wrangler.toml"].map((path) =>
    watch(fromRoot(path), { recursive: true }, changed),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
