import { runMain } from "./platform/clear-error.ts";
import { showProgram } from "./platform/program.ts";

/** `npm run lint`: lint and format. `npm run lint -- --write` mends what can be mended. */
await runMain(async () => {
  process.exitCode = (await showProgram("biome", "check", "--error-on-warnings", ...process.argv.slice(2))) ?? 1;
});
