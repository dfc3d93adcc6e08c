import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeCell, unescapeCell } from "../../../schema/csv/escape-cell.ts";
import { csvLines } from "../../../workers/dashboard/export/csv-lines.ts";

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "'quoted"])(
  "%j is no formula as a cell",
  (text) => {
    expect(escapeCell(text)).toBe(`'${text}`);
  },
);

test("any text comes back from its cell", () => {
  const property = fc.property(fc.string(), (text) => {
    expect(unescapeCell(escapeCell(text))).toBe(text);
  });
  fc.assert(property);
});

test("lines are RFC 4180: quotes where they are needed, CRLF behind each", () => {
  expect(
    csvLines([
      ["a", 'say "b"'],
      ["c,d", "-0.5"],
    ]),
  ).toBe('a,"say ""b"""\r\n"c,d",-0.5\r\n');
});
