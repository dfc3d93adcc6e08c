import { watch } from "node:fs";
import { context } from "esbuild";
import { APP_SOURCES } from "./app-bundle.ts";
import { bundleOptions } from "./bundle.ts";
import type { WorkerConfig } from "./config.ts";

/** An editor saves several files at once, and one file can be part of several workers. */
const SETTLE_MS = 150;

/**
 * Calls `onChange` after each change of a file that is part of a worker or of the console's pages, one call at a time,
 * until the answer is called. The bundler does the watching: it knows the files, and sees them replaced as well as
 * written.
 */
export async function watchSources(
  workers: readonly WorkerConfig[],
  onChange: () => Promise<void>,
): Promise<() => Promise<void>> {
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      last = last.then(onChange);
    }, SETTLE_MS);
  };
  const contexts = await Promise.all(
    workers.map(bundleOptions).map(async (options) => {
      let builds = 0;
      const plugin = {
        name: "changed",
        setup: (build: { onEnd(callback: () => void): void }) =>
          build.onEnd(() => {
            builds += 1;
            // The first one is what runs already.
            if (builds > 1) changed();
          }),
      };
      const watched = await context({ ...options, sourcemap: false, minify: false, plugins: [plugin] });
      await watched.watch();
      return watched;
    }),
  );
  const pages = watch(APP_SOURCES, { recursive: true }, changed);
  return async () => {
    clearTimeout(timer);
    pages.close();
    await Promise.all(contexts.map((watched) => watched.dispose()));
  };
}
