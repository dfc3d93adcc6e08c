import { runChecks } from "./checks.ts";
import { runMain } from "./platform/clear-error.ts";

/** `npm run check`: lint, format, types and the direction of imports; with `-- --no-lint` the last two. */
await runMain(async () => {
  const { failed } = await runChecks({ lint: !process.argv.includes("--no-lint") });
  if (failed > 0) process.exitCode = 1;
});
