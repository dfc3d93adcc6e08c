import { runMain } from "./platform/clear-error.ts";
import { buildWorkers } from "./platform/platform.ts";
import { table } from "./platform/table.ts";

/** `npm run build`: bundles every worker into dist/ as production gets it, and shows their sizes. */
await runMain(async () => {
  const workers = await buildWorkers();
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
  const rows = workers.map(({ config, bundle }) => [
    config.name,
    kilobytes(bundle.size_bytes),
    kilobytes(bundle.gzip_bytes),
  ]);
  console.log(table(["worker", "size", "gzip"], rows, { right: [1, 2] }));
});
