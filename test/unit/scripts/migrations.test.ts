import { describe, expect, it } from "vitest";
import { migrate, readMigrations } from "../../../scripts/platform/migrations.ts";
import { query } from "../../../scripts/platform/sql-database.ts";
import { sqliteDatabase } from "./sqlite-database.ts";

const first = {
  name: "0000_first.sql",
  sql: "CREATE TABLE a (n integer);--> statement-breakpoint\nINSERT INTO a VALUES (1);",
};
const second = { name: "0001_second.sql", sql: "ALTER TABLE a ADD COLUMN m integer; UPDATE a SET m = n + 1;" };

describe("migrations", () => {
  it("the project's own bring an empty database up to date, and a second run has nothing to do", async () => {
    const database = sqliteDatabase();
    const migrations = await readMigrations();
    expect(await migrate(database, migrations)).toEqual(migrations.map(({ name }) => name));
    expect(await migrate(database, migrations)).toEqual([]);
    const tables = await query(database, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    const names = tables.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["orgs", "wallets", "api_keys", "providers", "request_log"]));
  });

  it("wallets that are booked somewhere are told so to their objects, later than old workers could", async () => {
    const database = sqliteDatabase();
    const migrations = await readMigrations();
    const booking = migrations.findIndex(({ name }) => name.endsWith("_booking.sql"));
    await migrate(database, migrations.slice(0, booking));
    await query(database, "INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'One', 0)");
    await query(
      database,
      `INSERT INTO wallets (id, org_id, name, cost_center, team_id, created_at)
       VALUES ('wal_1', 'org_1', 'a', 'CC-1', NULL, 0), ('wal_2', 'org_1', 'b', NULL, NULL, 0), ('wal_3', 'org_1', 'c', NULL, 'tem_1', 0)`,
    );
    await migrate(database, migrations);
    const effects = await query(
      database,
      "SELECT wallet_id, kind, created_at > unixepoch() * 1000 + 3000000 AS later FROM wallet_effects ORDER BY id",
    );
    expect(effects).toEqual(["wal_1", "wal_3"].map((wallet_id) => ({ wallet_id, kind: "configure", later: 1 })));
  });

  it("a database of an older state gets only what it lacks, and keeps its rows", async () => {
    const database = sqliteDatabase();
    await migrate(database, [first]);
    expect(await migrate(database, [first, second])).toEqual([second.name]);
    expect(await query(database, "SELECT n, m FROM a")).toEqual([{ n: 1, m: 2 }]);
  });

  it("what was applied is recorded as wrangler records it", async () => {
    const database = sqliteDatabase();
    await migrate(database, [first, second]);
    const rows = await query(database, "SELECT id, name, applied_at IS NOT NULL AS at FROM d1_migrations ORDER BY id");
    expect(rows).toEqual([
      { id: 1, name: first.name, at: 1 },
      { id: 2, name: second.name, at: 1 },
    ]);
  });

  it("one that fails leaves nothing behind, names itself, and is applied once it is mended", async () => {
    const database = sqliteDatabase();
    const broken = { ...second, sql: `${second.sql} INSERT INTO nowhere VALUES (1);` };
    await expect(migrate(database, [first, broken])).rejects.toThrow(/0001_second\.sql failed and nothing of it/);
    expect(await query(database, "SELECT * FROM a")).toEqual([{ n: 1 }]);
    expect(await migrate(database, [first, second])).toEqual([second.name]);
  });

  it("a database that a newer version has used is refused and left alone", async () => {
    const database = sqliteDatabase();
    await migrate(database, [first, second]);
    await expect(migrate(database, [first])).rejects.toThrow(/0001_second\.sql.*newer version/);
  });
});
