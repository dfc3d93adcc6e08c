import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ERRORS, type ErrorRow } from "../../../schema/kernel/errors.ts";

const PAGE = fileURLToPath(new URL("../../../docs/errors.md", import.meta.url).href);

/** A row of the page: `| `code` | status | `type` | who | retry | …`. */
const ROW = /^\| `(\w+)` \| (\d{3}) \| `(\w+)` \| (\w+) \| (\w+) \| (.+) \|$/;

function documentedRows(): readonly (readonly string[])[] {
  return readFileSync(PAGE, "utf8")
    .split("\n")
    .flatMap((line) => {
      const match = ROW.exec(line);
      return match === null ? [] : [match.slice(1)];
    });
}

const TABLE: readonly (readonly [string, ErrorRow])[] = Object.entries(ERRORS);

describe("docs/errors.md", () => {
  const rows = documentedRows();

  it.each(TABLE)("says of %s what the table of errors says", (code, row) => {
    const documented = rows.filter(([name]) => name === code).map((cells) => cells.slice(1, 5));
    expect(documented).toEqual([[String(row.status), row.type, row.owner, row.retry]]);
  });

  it("names no code that does not exist", () => {
    expect(rows.map(([code]) => code).filter((code) => code === undefined || !Object.hasOwn(ERRORS, code))).toEqual([]);
  });

  it("is ordered by status, so that a code is found by what a client saw", () => {
    const statuses = rows.map(([, status]) => Number(status));
    expect(statuses).toEqual(statuses.toSorted((a, b) => a - b));
  });
});
