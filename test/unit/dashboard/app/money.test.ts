import { describe, expect, it } from "vitest";
import { groupsOf, modeOf, permissionsOf } from "../../../../workers/dashboard/app/resources/key/scopes.ts";
import { usageByKey } from "../../../../workers/dashboard/app/resources/key/usage.ts";
import { amountProblem } from "../../../../workers/dashboard/app/resources/transfer/amount.ts";
import { hrefOfCause } from "../../../../workers/dashboard/app/resources/wallet/cause.ts";
import {
  allNodes,
  forestOf,
  pressed,
  pruned,
  type TreeRow,
  treeRows,
} from "../../../../workers/dashboard/app/resources/wallet/tree.ts";

const wallet = (id: string, name: string, parent_id: string | null = null) => ({ id, name, parent_id });
const forest = forestOf(
  [
    wallet("b", "Beta"),
    wallet("a2", "Second", "a"),
    wallet("a", "Alpha"),
    wallet("a1", "First", "a"),
    wallet("a11", "Deep", "a1"),
    wallet("o", "Orphan", "gone"),
  ],
  [],
);
const shape = (rows: readonly TreeRow[]) =>
  rows.map(({ node, level, position, siblings }) => [node.id, level, position, siblings]);

describe("the tree of wallets", () => {
  it("has siblings by name, their place among them, and those whose parent is not seen at the top", () => {
    expect(shape(treeRows(forest, new Set()))).toEqual([
      ["a", 1, 1, 3],
      ["a1", 2, 1, 2],
      ["a11", 3, 1, 1],
      ["a2", 2, 2, 2],
      ["b", 1, 2, 3],
      ["o", 1, 3, 3],
    ]);
    expect(treeRows(forest, new Set(["a"])).map(({ node }) => node.id)).toEqual(["a", "b", "o"]);
  });

  it("keeps what stands above what is looked for", () => {
    const found = pruned(forest, ({ name }) => name === "Deep");
    expect(allNodes(found).map(({ id }) => id)).toEqual(["a", "a1", "a11"]);
    expect(pruned(forest, () => false)).toEqual([]);
  });

  it("is walked by arrows as any tree is", () => {
    const open = treeRows(forest, new Set());
    expect(pressed("ArrowDown", open, "a")).toEqual({ focus: "a1" });
    expect(pressed("ArrowUp", open, "a")).toBeNull();
    expect(pressed("ArrowRight", open, "a")).toEqual({ focus: "a1" });
    expect(pressed("ArrowLeft", open, "a1")).toEqual({ toggle: "a1" });
    expect(pressed("ArrowLeft", open, "a11")).toEqual({ focus: "a1" });
    expect(pressed("ArrowRight", open, "a11")).toBeNull();
    expect(pressed("End", open, "a")).toEqual({ focus: "o" });
    expect(pressed("x", open, "a")).toBeNull();
    const closed = treeRows(forest, new Set(["a"]));
    expect(pressed("ArrowRight", closed, "a")).toEqual({ toggle: "a" });
    expect(pressed("ArrowDown", closed, "a")).toEqual({ focus: "b" });
  });
});

describe("the ledger", () => {
  it("leads from a row to what caused it", () => {
    expect(hrefOfCause({ kind: "charge", ref: "req_1" })).toBe("/requests/req_1");
    expect(hrefOfCause({ kind: "transfer_in", ref: "trf_1" })).toBe("/transfers/trf_1");
    expect(hrefOfCause({ kind: "child", ref: "wal_1:give:12" })).toBe("/wallets/wal_1");
    expect(hrefOfCause({ kind: "child", ref: "wal_1#3:ask:2" })).toBe("/wallets/wal_1?tab=ledger&shard=3");
    expect(hrefOfCause({ kind: "reset", ref: "2026-11" })).toBeNull();
  });
});

describe("an amount that is typed", () => {
  it.each(["25", "12.50", " 0.000000001 "])("%s is one", (text) => expect(amountProblem(text)).toBeNull());
  it.each(["", "much", "1e3", "-1", "0", "1.0000000001"])("%s is none", (text) =>
    expect(amountProblem(text)).not.toBeNull(),
  );
  it("may be below nothing where the books are corrected", () => {
    expect(amountProblem("-12.5", true)).toBeNull();
    expect(amountProblem("-0", true)).not.toBeNull();
  });
});

describe("a key", () => {
  it("may use models, has a role, or is given permissions one by one", () => {
    const roles = ["owner", "viewer"];
    expect(modeOf(["inference"], roles)).toBe("inference");
    expect(modeOf(["viewer"], roles)).toBe("role");
    expect(modeOf(["viewer", "inference"], roles)).toBe("single");
    expect(modeOf([], roles)).toBe("single");
    expect(permissionsOf(["viewer", "inference"], [{ name: "viewer", permissions: ["keys:read"] }])).toEqual([
      "keys:read",
      "inference",
    ]);
    expect(groupsOf(["inference", "owner", "keys:read", "keys:write"], roles)).toEqual([
      ["models", ["inference"]],
      ["keys", ["keys:read", "keys:write"]],
    ]);
  });

  it("was used last on the last day that it made requests", () => {
    const day = (time: string, requests: number, cost_usd: string) => ({ key_id: "k", time, requests, cost_usd });
    const days = [day("2026-11-02", 2, "0.100000001"), day("2026-11-01", 1, "0.2"), day("2026-11-03", 0, "0")];
    expect(usageByKey(days).get("k")).toEqual({ requests: 3, cost_usd: "0.300000001", last_day: "2026-11-02" });
  });
});
