import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClearError, runMain } from "../platform/clear-error.ts";
import { fromRoot } from "../platform/paths.ts";
import { apiDocument, documentHash } from "./document.ts";

/**
 * `node scripts/api/types.ts`: writes the types of the API for the console's pages, from the routes. Run it after each
 * change of a route; a test fails when it was forgotten. The generator wants TypeScript 5 and the project has 7, so npm
 * fetches it for this one call and it is no dependency.
 */
const OUTPUT = fromRoot("workers", "dashboard", "app", "api", "schema.d.ts");
const PACKAGES = ["--package=openapi-typescript@7.13.0", "--package=typescript@5.9.3"] as const;

await runMain(async () => {
  const document = apiDocument();
  const folder = await mkdtemp(join(tmpdir(), "ao-api-types-"));
  try {
    const [source, target] = [join(folder, "openapi.json"), join(folder, "schema.d.ts")];
    await writeFile(source, JSON.stringify(document));
    // In a folder of its own, npm leaves the project's node_modules alone.
    const { status, stderr } = spawnSync(
      "npm",
      ["exec", "--yes", ...PACKAGES, "--", "openapi-typescript", source, "--output", target],
      { cwd: folder, encoding: "utf8", shell: process.platform === "win32" },
    );
    if (status !== 0) throw new ClearError(`openapi-typescript failed:\n${stderr}`);
    const text = await readFile(target, "utf8");
    await writeFile(OUTPUT, `// Document ${documentHash(document)}. Made by scripts/api/types.ts.\n${text}`);
    console.log(`Wrote ${OUTPUT}.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
