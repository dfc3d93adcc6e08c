import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { openSandbox, readError } from "./sandbox-client.ts";

const answer = z.object({
  object: z.literal("list"),
  model: z.literal("embed"),
  data: z.array(
    z.object({
      object: z.literal("embedding"),
      index: z.number(),
      embedding: z.union([z.string(), z.array(z.number())]),
    }),
  ),
  usage: z.object({ prompt_tokens: z.number(), total_tokens: z.number() }),
});

async function embed(input: unknown, more: object = {}) {
  const response = await openSandbox().send("/v1/embeddings", { model: "embed", input, ...more });
  return answer.parse(await response.json());
}

/** The only vector, unpacked as OpenAI's own client does it. */
async function vector(input: unknown, more: object = {}): Promise<number[]> {
  const packed = (await embed(input, more)).data[0]?.embedding ?? [];
  if (typeof packed !== "string") return packed;
  const bytes = Buffer.from(packed, "base64");
  return [...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)];
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

describe("embeddings", () => {
  it("are unit vectors, the same for the same text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, unit: "grapheme" }), async (text) => {
        const one = await vector(text, { dimensions: 64 });
        expect(Math.abs(dot(one, one) - 1)).toBeLessThan(1e-5);
        expect(await vector(text, { dimensions: 64 })).toEqual(one);
      }),
      { numRuns: 30 },
    );
  });

  it("are near for texts that share words and far for others", async () => {
    const [question, same_words, other] = await Promise.all([
      vector("What is the capital of France?"),
      vector("what is the capital city of France"),
      vector("Write a haiku about autumn leaves"),
    ]);
    expect(dot(question, same_words)).toBeGreaterThan(0.85);
    expect(Math.abs(dot(question, other))).toBeLessThan(0.2);
  });

  it("differ for the same words in another order", async () => {
    expect(await vector("dog bites man")).not.toEqual(await vector("man bites dog"));
  });

  it("have 1,536 dimensions, or as many as asked for, in either encoding", async () => {
    expect(await vector("x")).toHaveLength(1_536);
    const floats = await vector("some text", { dimensions: 8 });
    expect(floats).toHaveLength(8);
    expect(await vector("some text", { dimensions: 8, encoding_format: "base64" })).toEqual(floats);
  });

  it("keep the order of texts, and count their tokens", async () => {
    const { data, usage } = await embed(["hello world", "a"], { dimensions: 4 });
    expect(data.map((one) => one.index)).toEqual([0, 1]);
    expect(data.map((one) => one.embedding)).toEqual([
      await vector("hello world", { dimensions: 4 }),
      await vector("a", { dimensions: 4 }),
    ]);
    expect(usage).toEqual({ prompt_tokens: 5, total_tokens: 5 });
  });

  it("take tokens instead of text", async () => {
    expect((await embed([1, 2, 3])).usage.prompt_tokens).toBe(3);
    const { data, usage } = await embed([[1, 2, 3], [9]]);
    expect([data.length, usage.prompt_tokens]).toEqual([2, 4]);
  });

  it.each([[""], [[]], [["a", ""]], [7], [undefined]])("refuse %j as input", async (input) => {
    const response = await openSandbox().send("/v1/embeddings", { model: "embed", input });
    expect(await readError(response)).toMatchObject({ status: 400, param: "input" });
  });

  it.each([0, 3_073, 1.5])("refuse %d dimensions", async (dimensions) => {
    const response = await openSandbox().send("/v1/embeddings", { model: "embed", input: "x", dimensions });
    expect(await readError(response)).toMatchObject({ status: 400, param: "dimensions" });
  });
});
