import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openControl } from "../../../scripts/platform/control-server.ts";
import {
  type DataFolder,
  dataFolder,
  prepareDataFolder,
  releaseLock,
  resetDataFolder,
  runningInstance,
  takeLock,
} from "../../../scripts/platform/data-folder.ts";
import { loadSecrets } from "../../../scripts/platform/secrets.ts";

let parent: string;
let folder: DataFolder;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "ao-folder-"));
  folder = dataFolder(join(parent, "deep", "data"));
});

afterEach(() => rm(parent, { recursive: true }));

describe("the data folder", () => {
  it("is made with all that leads to it, for its owner only", async () => {
    await prepareDataFolder(folder);
    await prepareDataFolder(folder);
    expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
  });

  it("is refused when it holds somebody else's files, which stay", async () => {
    await mkdir(folder.path, { recursive: true });
    await writeFile(join(folder.path, "thesis.txt"), "");
    await expect(prepareDataFolder(folder)).rejects.toThrow(/not a data folder/);
    await expect(resetDataFolder(folder)).rejects.toThrow(/was not emptied/);
    expect(await readdir(folder.path)).toEqual(["thesis.txt"]);
  });

  it("is refused with one sentence when it cannot be made", async () => {
    await writeFile(join(parent, "file"), "");
    const impossible = dataFolder(join(parent, "file", "data"));
    await expect(prepareDataFolder(impossible)).rejects.toThrow(/Choose another one with AO_DATA/);
  });

  it("is empty after a reset, and still ours", async () => {
    await prepareDataFolder(folder);
    await mkdir(folder.state);
    await writeFile(join(folder.state, "db.sqlite"), "");
    await loadSecrets(folder);
    await resetDataFolder(folder);
    expect(await readdir(folder.path)).toEqual([".ai-orchestrator"]);
    await resetDataFolder(folder);
  });
});

describe("the lock of a data folder", () => {
  it("keeps a second instance out while the first one answers, and names it", async () => {
    await prepareDataFolder(folder);
    const [first, second] = [await openControl(), await openControl()];
    await takeLock(folder, first.address);
    await expect(takeLock(folder, second.address)).rejects.toThrow(`process ${process.pid}) is running on`);
    expect(await runningInstance(folder)).toMatchObject(first.address);
    expect((await stat(folder.lock)).mode & 0o777).toBe(0o600);
    await releaseLock(folder);
    await takeLock(folder, second.address);
    await Promise.all([first.close(), second.close()]);
  });

  it("is taken over from one that was killed", async () => {
    await prepareDataFolder(folder);
    const [killed, next] = [await openControl(), await openControl()];
    await takeLock(folder, killed.address);
    await killed.close();
    expect(await runningInstance(folder)).toBeNull();
    await takeLock(folder, next.address);
    expect(await runningInstance(folder)).toMatchObject(next.address);
    await next.close();
  });

  it("is taken over when another program answers at its port, or when it is damaged", async () => {
    await prepareDataFolder(folder);
    const [other, next] = [await openControl(), await openControl()];
    await writeFile(folder.lock, JSON.stringify({ pid: 1, port: other.address.port, token: "of somebody else" }));
    await takeLock(folder, next.address);
    await writeFile(folder.lock, '{"pid":');
    await takeLock(folder, next.address);
    await Promise.all([other.close(), next.close()]);
  });

  it.each([
    ["none", null],
    ["a stale one", JSON.stringify({ pid: 1, port: 1, token: "stale" })],
  ])("goes to exactly one of many that start at once where there was %s", async (_, left) => {
    await prepareDataFolder(folder);
    if (left !== null) await writeFile(folder.lock, left);
    const controls = await Promise.all(Array.from({ length: 8 }, () => openControl()));
    const outcomes = await Promise.allSettled(controls.map(({ address }) => takeLock(folder, address)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await Promise.all(controls.map((control) => control.close()));
  });
});

describe("the secrets of an installation", () => {
  it("are made once, for their owner only, and are the same ever after", async () => {
    await prepareDataFolder(folder);
    const made = await loadSecrets(folder);
    expect(await loadSecrets(folder)).toEqual(made);
    expect(made.pepper).not.toEqual(made.master_key);
    expect((await stat(folder.secrets)).mode & 0o777).toBe(0o600);
  });

  it("are never replaced when their file is damaged", async () => {
    await prepareDataFolder(folder);
    await writeFile(folder.secrets, "{}");
    await expect(loadSecrets(folder)).rejects.toThrow(/is damaged/);
    expect(await readFile(folder.secrets, "utf8")).toBe("{}");
    expect(existsSync(folder.demo)).toBe(false);
  });
});
