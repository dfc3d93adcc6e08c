import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  controlCron,
  controlDatabase,
  controlFetch,
  controlWrite,
  pingControl,
} from "../../../scripts/platform/control-client.ts";
import { type ControlServer, openControl } from "../../../scripts/platform/control-server.ts";
import { query } from "../../../scripts/platform/sql-database.ts";
import { sqliteDatabase } from "./sqlite-database.ts";

let control: ControlServer;
const crons: [string, number][] = [];

beforeEach(async () => {
  control = await openControl();
});

afterEach(() => control.close());

const serve = () =>
  control.serve({
    database: sqliteDatabase(),
    runCron: async (cron, at) => void crons.push([cron, at]),
    appendAudit: async () => undefined,
    write: async ({ org_id }) => ({ status: "refused", check: org_id }),
    fetchWorker: async (worker, { method, path, body }) => ({
      status: 201,
      body: `${worker} ${method} ${path} ${body}`,
    }),
  });

describe("asking a running instance", () => {
  it("its database answers as a local one does, a batch being one transaction", async () => {
    serve();
    const database = controlDatabase(control.address);
    await query(database, "CREATE TABLE a (n integer, s text)");
    await query(database, "INSERT INTO a VALUES (?, ?), (?, ?)", 1, "x", 2, null);
    const bad = [{ sql: "DELETE FROM a" }, { sql: "INSERT INTO nowhere VALUES (1)" }];
    await expect(database.batch(bad)).rejects.toThrow(/nowhere/);
    expect(await query(database, "SELECT * FROM a ORDER BY n")).toEqual([
      { n: 1, s: "x" },
      { n: 2, s: null },
    ]);
  });

  it("runs scheduled jobs and passes requests to one worker", async () => {
    serve();
    await controlCron(control.address, "* * * * *", 1_800_000_000_000);
    expect(crons).toEqual([["* * * * *", 1_800_000_000_000]]);
    const answer = await controlFetch(control.address, "ao-sandbox", { method: "DELETE", path: "/_seen", body: null });
    expect(answer).toEqual({ status: 201, body: "ao-sandbox DELETE /_seen null" });
  });

  it("has changes written by the audit objects, and tells what they answer", async () => {
    serve();
    const at = { id: "aud_1", at: 1, request_id: null, ip: null, target: null, details: {} };
    const entry = { ...at, actor: { type: "system", id: "x", name: "x" }, action: "a.b", outcome: "done" } as const;
    const answer = await controlWrite(control.address, { org_id: "org_1", checks: [], statements: [], entry });
    expect(answer).toEqual({ status: "refused", check: "org_1" });
  });

  it("without the token nothing answers", async () => {
    serve();
    for (const token of ["", "wrong", control.address.token.slice(1)]) {
      const address = { ...control.address, token };
      expect(await pingControl(address)).toBe(false);
      await expect(query(controlDatabase(address), "SELECT 1")).rejects.toThrow();
    }
  });

  it("one that is still starting says so, and is there", async () => {
    expect(await pingControl(control.address)).toBe(true);
    await expect(query(controlDatabase(control.address), "SELECT 1")).rejects.toThrow(/still starting/);
  });
});
