import { describe, expect, it } from "vitest";
import { isShard, shardId, spendingId, spendingIds, walletOfShard } from "../../../../schema/wire/shards.ts";

describe("the objects of a wallet", () => {
  it("are its own alone without shards, and its shards with them", () => {
    expect(spendingIds("wal_1", 1)).toEqual(["wal_1"]);
    expect(spendingIds("wal_1", 3)).toEqual(["wal_1#1", "wal_1#2", "wal_1#3"]);
    expect(spendingId("wal_1", 1, "req_1")).toBe("wal_1");
  });

  it("know whose they are", () => {
    expect(walletOfShard(shardId("wal_1", 12))).toBe("wal_1");
    expect(walletOfShard("wal_1")).toBe("wal_1");
    expect([isShard("wal_1#2"), isShard("wal_1")]).toEqual([true, false]);
  });

  it("share requests evenly, the same request always to the same one", () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 8_000; index += 1) {
      const id = spendingId("wal_1", 8, `req_01m8axfy${index.toString(32).padStart(18, "0")}`);
      expect(spendingIds("wal_1", 8)).toContain(id);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect(counts.size).toBe(8);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(200);
    expect(spendingId("wal_1", 8, "req_7")).toBe(spendingId("wal_1", 8, "req_7"));
  });
});
