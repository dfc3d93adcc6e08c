import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Cell, FAILOVER_MATRIX } from "../../failover-matrix.ts";

/** docs/routing.md has the table that the end-to-end test goes through. `AO_WRITE_DOCS=1` writes it anew. */

const FILE = join(import.meta.dirname, "..", "..", "..", "docs", "routing.md");
const BEGIN = "<!-- made by test/unit/docs/routing.test.ts -->\n";
const END = "<!-- until here -->\n";

function cellText(cell: Cell | null): string {
  if (cell === null) return "";
  const status = cell.code === undefined ? String(cell.status) : `${cell.status} \`${cell.code}\``;
  return [
    cell.error_event === true ? `${status}, then an error event` : status,
    cell.calls === 1 ? "1 call" : `${cell.calls} calls`,
    ...(cell.retry_after === undefined ? [] : [`\`retry-after: ${cell.retry_after}\``]),
    ...(cell.charged === "answer" ? [] : [`charged: ${cell.charged}`]),
  ].join("; ");
}

const made = [
  "| failure | one model, fails once | another model | one model, fails always |",
  "|---|---|---|---|",
  ...FAILOVER_MATRIX.map(
    ({ failure, passes, next, lasts }) => `| ${[failure, ...[passes, next, lasts].map(cellText)].join(" | ")} |`,
  ),
  "",
].join("\n");

describe("docs/routing.md", () => {
  it("has the table of failures", async () => {
    const page = await readFile(FILE, "utf8");
    const [before = "", rest = ""] = page.split(BEGIN);
    const [table, after = ""] = rest.split(END);
    if (process.env.AO_WRITE_DOCS === "1") await writeFile(FILE, [before, BEGIN, made, END, after].join(""));
    else expect(table).toBe(made);
  });
});
