import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** docs/wire-cases.md and the titles of tests are in step: each case has its test, and each test's case is explained. */

const ROOT = join(import.meta.dirname, "..", "..", "..");

const cases = [
  ...readFileSync(join(ROOT, "docs", "wire-cases.md"), "utf8").matchAll(/^\| ([A-Z]\d+) \| (.+) \| `(.+)` \|$/gm),
].map(([, id = "", promise = "", file = ""]) => ({ id, promise, file }));

/** The ids at the beginning of the titles in a source: of "A5, A6: …" both. */
function idsIn(source: string): ReadonlySet<string> {
  const titles = source.matchAll(/["'`]((?:[A-Z]\d+, )*[A-Z]\d+): /g);
  return new Set([...titles].flatMap(([, ids = ""]) => ids.split(", ")));
}

async function testFiles(): Promise<readonly string[]> {
  const names = await readdir(join(ROOT, "test"), { recursive: true });
  return names.filter((name) => name.endsWith(".test.ts")).map((name) => join("test", name));
}

describe("docs/wire-cases.md", () => {
  it("has cases, each once", () => {
    const ids = cases.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(cases)("$id is the title of a test in $file", async ({ id, file }) => {
    expect([...idsIn(await readFile(join(ROOT, file), "utf8"))]).toContain(id);
  });

  it("has every case that a test says it holds", async () => {
    const known = new Set(cases.map(({ id }) => id));
    const unknown: string[] = [];
    for (const file of await testFiles()) {
      const ids = idsIn(await readFile(join(ROOT, file), "utf8"));
      for (const id of ids) if (!known.has(id)) unknown.push(`${id} in ${file}`);
    }
    expect(unknown).toEqual([]);
  });
});
