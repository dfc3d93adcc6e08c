import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { apiDocument, documentHash } from "../../../../scripts/api/document.ts";
import { fromRoot } from "../../../../scripts/platform/paths.ts";

it("the pages' types of the API are those of the routes: after a change, run `node scripts/api/types.ts`", async () => {
  const [line] = (await readFile(fromRoot("workers", "dashboard", "app", "api", "schema.d.ts"), "utf8")).split("\n", 1);
  expect(line).toBe(`// Document ${documentHash(apiDocument())}. Made by scripts/api/types.ts.`);
});
