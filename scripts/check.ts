import { runChecks } from "./checks.ts";
import { runMain } from "./platform/clear-error.ts";

/** `npm run check`: lint, format, types and the direction of imports. */
await runMain(async () => {
  const { failed } = await runChecks();
  if (failed > 0) process.exitCode = 1;
});
