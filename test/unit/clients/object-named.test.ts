import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ObjectNamespace } from "../../../schema/clients/object-named.ts";

const NOT_IMPLEMENTED = "Jurisdiction restrictions are not implemented in workerd.";
const EU = "wal_eu_01";

let objectNamed: typeof import("../../../schema/clients/object-named.ts").objectNamed;

/** A fresh module for each test: what it has told, it tells once. */
beforeEach(async () => {
  vi.resetModules();
  ({ objectNamed } = await import("../../../schema/clients/object-named.ts"));
});
afterEach(() => void vi.restoreAllMocks());

/** Namespaces as the platform has them: an id belongs to its jurisdiction, and no other namespace takes it. */
function platform(jurisdiction: (name: string) => void = () => undefined) {
  const derived: string[] = [];
  const namespace = (place: string): ObjectNamespace<string> => ({
    idFromName: (name) => {
      const id = `${place}:${name}`;
      derived.push(id);
      return { toString: () => id, equals: (other) => other.toString() === id, name };
    },
    get: (id) => {
      if (!id.toString().startsWith(`${place}:`)) throw new TypeError("an ID from a different jurisdiction");
      return `stub of ${id.toString()}`;
    },
    jurisdiction: (name) => {
      jurisdiction(name);
      return namespace(name);
    },
  });
  return { WALLET: namespace("anywhere"), derived };
}

const failing = (error: unknown) =>
  platform(() => {
    throw error;
  });

describe("the object of a name", () => {
  it("is in the jurisdiction that the name says", () => {
    const asked: string[] = [];
    const { WALLET } = platform((name) => asked.push(name));
    expect(objectNamed(WALLET, EU)).toBe("stub of eu:wal_eu_01");
    expect(objectNamed(WALLET, "org_eu_01/openai")).toBe("stub of eu:org_eu_01/openai");
    expect(objectNamed(WALLET, "wal_eu_01#2")).toBe("stub of eu:wal_eu_01#2");
    expect(asked).toEqual(["eu", "eu", "eu"]);
  });

  it("is in the namespace itself when the name says none", () => {
    const asked: string[] = [];
    const { WALLET } = platform((name) => asked.push(name));
    expect(objectNamed(WALLET, "wal_01")).toBe("stub of anywhere:wal_01");
    expect(asked).toEqual([]);
  });

  it("has an id that is derived once for each namespace", () => {
    const [one, other] = [platform(), platform()];
    for (const name of ["wal_01", EU, "wal_01", EU]) objectNamed(one.WALLET, name);
    expect(one.derived).toEqual(["anywhere:wal_01", "eu:wal_eu_01"]);
    objectNamed(other.WALLET, EU);
    expect(other.derived).toEqual(["eu:wal_eu_01"]);
  });

  it("is in the plain namespace of the runtime that has no jurisdictions, which is told once", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { WALLET } = failing(new Error(NOT_IMPLEMENTED));
    expect(objectNamed(WALLET, EU)).toBe("stub of anywhere:wal_eu_01");
    expect(objectNamed(WALLET, "wal_eu_02")).toBe("stub of anywhere:wal_eu_02");
    expect(warn.mock.calls.map(([line]) => JSON.parse(String(line)))).toEqual([
      { level: "warn", event: "jurisdiction_not_implemented", jurisdiction: "eu" },
    ]);
  });

  it.each([
    ["another error", new Error("no such jurisdiction")],
    ["more than that message", new Error(`${NOT_IMPLEMENTED} Maybe.`)],
    ["a part of that message", new Error("not implemented")],
    ["something that is no error", NOT_IMPLEMENTED],
  ])("is not reached at all after %s", (_, error) => {
    const { WALLET, derived } = failing(error);
    expect(() => objectNamed(WALLET, EU)).toThrow(error instanceof Error ? error.message : error);
    expect(derived).toEqual([]);
  });

  it("is not reached in a namespace that knows no jurisdictions", () => {
    const { WALLET, derived } = platform();
    const plain = { idFromName: WALLET.idFromName, get: WALLET.get };
    expect(() => objectNamed(plain, EU)).toThrow('this namespace has no jurisdiction "eu"');
    expect(derived).toEqual([]);
  });
});

describe("the way from a name to an object", () => {
  it("is this one everywhere", () => {
    const root = join(import.meta.dirname, "../../..");
    const sources = ["workers", "schema", "scripts", "sim", "bench"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((path) => /\.tsx?$/.test(path))
        .map((path) => join(folder, path)),
    );
    const naming = sources.filter((path) =>
      /\.(?:idFromName|getByName|newUniqueId|idFromString)\(/.test(readFileSync(join(root, path), "utf8")),
    );
    // The local runtime, which knows no jurisdiction, is asked past the workers by the platform's own scripts.
    expect(naming).toEqual(["schema/clients/object-named.ts", "scripts/platform/operator.ts"]);
  });
});
