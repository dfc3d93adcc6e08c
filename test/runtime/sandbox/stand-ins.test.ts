import { evictDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";

const { Vectorize: index, WorkersAi: ai } = exports;
const control = (path: string, method: string, body?: unknown): Promise<Response> =>
  exports.default.fetch(`http://sandbox.test${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

beforeEach(async () => {
  await control("/_vectorize", "DELETE");
  await control("/_ai", "DELETE");
});

const EAST = { id: "east", values: [1, 0, 0], namespace: "a", metadata: { model: "m", age: 3 } };
const NORTH = { id: "north", values: [0, 2, 0], namespace: "a", metadata: { model: "n", age: 5 } };
const FOREIGN = { id: "foreign", values: [1, 0, 0], namespace: "b" };
const ids = (answer: { readonly matches: readonly { readonly id: string }[] }): readonly string[] =>
  answer.matches.map(({ id }) => id);

describe("the local Vectorize", () => {
  it("finds the nearest of a namespace by cosine, and keeps them over a restart", async () => {
    await index.upsert([EAST, NORTH, FOREIGN]);
    await evictDurableObject(env.VECTORS.get(env.VECTORS.idFromName("local")));
    const found = await index.query([3, 4, 0], { namespace: "a", topK: 2, returnMetadata: "all", returnValues: true });
    expect(found.count).toBe(2);
    expect(found.matches[0]).toMatchObject({
      id: "north",
      namespace: "a",
      values: [0, 2, 0],
      metadata: { model: "n" },
    });
    expect(found.matches[0]?.score).toBeCloseTo(0.8, 6);
    expect(found.matches[1]?.score).toBeCloseTo(0.6, 6);
    expect(ids(await index.query([1, 0, 0], { topK: 5 }))).toEqual(["east", "foreign", "north"]);
  });

  it.each([
    [{ model: "m" }, ["east"]],
    [{ model: { $ne: "m" } }, ["north"]],
    [{ model: { $in: ["n", "o"] } }, ["north"]],
    [{ model: { $nin: ["n"] } }, ["east"]],
    [{ age: { $gt: 2, $lte: 3 } }, ["east"]],
    [{ absent: { $gte: 0 } }, []],
  ])("filters by %j", async (filter, expected) => {
    await index.upsert([EAST, NORTH]);
    expect(ids(await index.query([1, 1, 0], { filter }))).toEqual(expected);
  });

  it("inserts beside what is there, upserts over it, and deletes", async () => {
    await index.insert([EAST]);
    await index.insert([{ ...EAST, values: [0, 0, 1] }]);
    expect(await index.getByIds(["east", "none"])).toMatchObject([{ id: "east", values: [1, 0, 0] }]);
    await index.upsert([{ ...EAST, values: [0, 0, 1] }]);
    expect(await index.getByIds(["east"])).toMatchObject([{ values: [0, 0, 1] }]);
    expect(await index.describe()).toMatchObject({ vectorCount: 1, dimensions: 3 });
    await index.deleteByIds(["east"]);
    expect(await index.describe()).toMatchObject({ vectorCount: 0 });
  });

  it("refuses what Vectorize refuses", async () => {
    await index.upsert([EAST]);
    await expect(index.upsert([{ id: "flat", values: [1, 2] }])).rejects.toThrow("2 dimensions");
    await expect(index.query([1, 2])).rejects.toThrow("2 dimensions");
    await expect(index.query([1, 0, 0], { topK: 101 })).rejects.toThrow("VECTOR_QUERY_ERROR");
    await expect(index.query([1, 0, 0], { topK: 51, returnMetadata: "all" })).rejects.toThrow("at most 50");
    await expect(index.upsert([{ id: "x".repeat(65), values: [1, 2, 3] }])).rejects.toThrow("64 bytes");
    await expect(
      index.upsert([{ id: "huge", values: [1, 2, 3], metadata: { text: "x".repeat(10_241) } }]),
    ).rejects.toThrow("10 KiB");
  });

  it("fails, shows writes late and mixes namespaces up when it is told to", async () => {
    await control("/_vectorize", "PUT", { visible_after_ms: 600_000 });
    await index.upsert([EAST]);
    expect(ids(await index.query([1, 0, 0]))).toEqual([]);
    await control("/_vectorize", "PUT", { ignore_namespace: true });
    await index.upsert([FOREIGN]);
    expect(ids(await index.query([1, 0, 0], { namespace: "a" }))).toEqual(["foreign"]);
    await control("/_vectorize", "PUT", { fail: true });
    await expect(index.query([1, 0, 0])).rejects.toThrow("told to fail");
    expect((await control("/_vectorize", "PUT", { fails: true })).status).toBe(400);
  });
});

describe("the local Workers AI", () => {
  const cosine = (a: readonly number[] = [], b: readonly number[] = []) =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

  it("answers as bge-m3 does, with vectors that are nearer for what means the same", async () => {
    const text = ["How do I change my password?", "How can I reset my password?", "Which wine goes with fish?"];
    const { data, shape, pooling } = await ai.run("@cf/baai/bge-m3", { text });
    expect({ shape, pooling }).toEqual({ shape: [3, 1024], pooling: "mean" });
    expect(cosine(data[0], data[0])).toBeCloseTo(1, 4);
    expect(cosine(data[0], data[1])).toBeGreaterThan(cosine(data[0], data[2]) + 0.4);
  });

  it("has a direction for every text", async () => {
    const { data } = await ai.run("@cf/baai/bge-m3", { text: ["🙂", "the", "Grüße", "?"] });
    for (const vector of data) expect(cosine(vector, vector)).toBeCloseTo(1, 4);
  });

  it("refuses other models and empty texts, and fails when it is told to", async () => {
    await expect(ai.run("@cf/meta/llama", { text: "a" })).rejects.toThrow("No such model");
    await expect(ai.run("@cf/baai/bge-m3", { text: [] })).rejects.toThrow("5006");
    await control("/_ai", "PUT", { fail: true });
    await expect(ai.run("@cf/baai/bge-m3", { text: "a" })).rejects.toThrow("told to fail");
  });
});
