import { describe, expect, it } from "vitest";
import { changesOf, listChange } from "../../../../workers/dashboard/app/pages/audit/diff.ts";

const changed = (before: object | undefined, after: object | undefined) =>
  changesOf({ details: { ...(before && { before }), ...(after && { after }) } });

describe("what an entry changed", () => {
  it("is named value by value, of nested objects the parts that differ alone", () => {
    expect(
      changed(
        { limit_usd: "25.000000000", rates: { input_usd: "1", output_usd: "2" }, tags: { a: "x" } },
        { limit_usd: "30.000000000", rates: { input_usd: "1", output_usd: "3" }, tags: { a: "x" } },
      ),
    ).toEqual([
      { path: "limit_usd", name: "Limit", before: "25.000000000", after: "30.000000000" },
      { path: "rates.output_usd", name: "Rates: output usd", before: "2", after: "3" },
    ]);
  });

  it("of a new thing has no before, and what became null is told as a whole", () => {
    expect(changed(undefined, { name: "Backend" })).toEqual([
      { path: "name", name: "Name", before: undefined, after: "Backend" },
    ]);
    expect(changed({ tags: { a: "x" } }, { tags: null })).toEqual([
      { path: "tags", name: "Tags", before: { a: "x" }, after: null },
    ]);
  });

  it("is nothing where an entry tells of no change", () => {
    expect(changesOf({ details: { code: "forbidden" } })).toEqual([]);
    expect(changesOf({ details: null })).toEqual([]);
  });
});

describe("the change of a list", () => {
  it("is what came and what went, whatever the order", () => {
    expect(listChange(["a", "b", { p: 1 }], [{ p: 1 }, "c", "a"])).toEqual({ gone: ["b"], added: ["c"], kept: 2 });
    expect(listChange(null, ["a"])).toBeNull();
  });
});
