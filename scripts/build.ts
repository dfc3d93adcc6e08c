import { bundleApp } from "./platform/app-bundle.ts";
import { runMain } from "./platform/clear-error.ts";
import { buildWorkers } from "./platform/platform.ts";
import { table } from "./platform/table.ts";

/** `npm run build`: bundles every worker into dist/ as production gets it, and shows their sizes. */
await runMain(async () => {
  const workers = await buildWorkers();
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
  const bundles = [
    ...workers.map(({ config: { name }, bundle }) => ({
      name,
      size_bytes: bundle.size_bytes,
      gzip_bytes: bundle.gzip_bytes,
    })),
    await bundleApp(),
  ];
  const rows = bundles.map(({ name, size_bytes, gzip_bytes }) => [name, kilobytes(size_bytes), kilobytes(gzip_bytes)]);
  console.log(table(["worker", "size", "gzip"], rows, { right: [1, 2] }));
});
