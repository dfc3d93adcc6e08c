import { beforeEach, describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { embeddingsOperation, parseEmbeddings } from "../../../../workers/gateway/pipeline/embeddings-operation.ts";
import type { Attempt } from "../../../../workers/gateway/pipeline/plan.ts";
import { anthropic } from "../../../../workers/gateway/providers/anthropic/anthropic.ts";
import { attempt, model, quietLogs, tokenizerOf } from "../fixtures.ts";

beforeEach(() => {
  quietLogs();
});

const ON = attempt({ model: model({ capabilities: ["embeddings"] }) });

function operationOf(change: object, on: Attempt = ON) {
  const parsed = parseEmbeddings({ model: "acme/m", input: "Hello", ...change });
  if (isRefused(parsed)) throw new Error(`refused: ${parsed.refused.message}`);
  const operation = embeddingsOperation(parsed.request, on);
  if (isRefused(operation)) throw new Error(`refused: ${operation.refused.message}`);
  return operation;
}

const IDENTITY = { id: "embd-1", created: 1, model: "m-2026" };
const ANSWER = (embedding: unknown) => ({
  object: "list",
  data: [{ object: "embedding", index: 0, embedding }],
  model: "m-2026",
  usage: { prompt_tokens: 2, total_tokens: 2 },
});

function answered(change: object, embedding: unknown) {
  const operation = operationOf(change);
  const translation = operation.translate(operation.estimate());
  if (isRefused(translation)) throw new Error("refused");
  const body = JSON.parse(JSON.stringify(ANSWER(embedding)));
  const { parts, render } = operation.read(body, translation);
  return { parts, rendered: render === null ? null : render(IDENTITY, { input: 2 }) };
}

/** 1 and -2 as little-endian 32-bit floats. */
const PACKED = "AACAPwAAAMA=";

describe("a request for embeddings", () => {
  it.each<[string, unknown]>([
    ["nothing", []],
    ["an empty text", ""],
    ["an empty text among others", ["a", ""]],
    ["a number", 5],
    ["texts and tokens mixed", ["a", [1]]],
    ["negative tokens", [-1]],
  ])("is refused for %s as its input", (_name, input) => {
    expect(parseEmbeddings({ model: "m", input: JSON.parse(JSON.stringify(input)) })).toMatchObject({
      refused: { code: "invalid_request" },
    });
  });

  it("is refused for a provider that has none, before anything is held", () => {
    const parsed = parseEmbeddings({ model: "acme/m", input: "Hello" });
    if (isRefused(parsed)) throw new Error("refused");
    expect(embeddingsOperation(parsed.request, attempt({ adapter: anthropic }))).toMatchObject({
      refused: { code: "unsupported_parameter", param: "model" },
    });
  });

  it("holds for the prompt alone, at least what it can cost", () => {
    const estimate = operationOf({ input: ["Hello", "World"] }).estimate();
    expect(estimate).toMatchObject({ output_tokens_max: 0, mode: "bounded" });
    expect(estimate.input_tokens_bound).toBeGreaterThanOrEqual(10);
    expect(estimate.hold_nano_usd).toBe(estimate.costWith(1_000));
  });

  it("of tokens counts them exactly, without the tokenizer", async () => {
    expect(await operationOf({ input: [[1, 2, 3], [4]] }).countPrompt(tokenizerOf(null))).toBe(4);
    expect(await operationOf({ input: [1, 2, 3] }).countPrompt(tokenizerOf(null))).toBe(3);
  });

  it("of texts asks the tokenizer, and has no count without it", async () => {
    expect(await operationOf({ input: ["one two", "three"] }).countPrompt(tokenizerOf(5))).toBe(3);
    expect(await operationOf({ input: "one" }).countPrompt(tokenizerOf(null))).toBeNull();
  });
});

describe("the answer", () => {
  it("goes on as it came when it is as the caller asked", () => {
    expect(answered({}, [1, -2]).rendered).toBeNull();
    expect(answered({ encoding_format: "base64" }, PACKED).rendered).toBeNull();
  });

  it("is packed for a caller who wants base64, and unpacked for one who wants numbers", () => {
    expect(answered({ encoding_format: "base64" }, [1, -2]).rendered).toMatchObject({
      object: "list",
      data: [{ object: "embedding", index: 0, embedding: PACKED }],
      usage: { prompt_tokens: 2, total_tokens: 2 },
    });
    expect(answered({}, PACKED).rendered).toMatchObject({ data: [{ embedding: [1, -2] }] });
  });

  it("without vectors is an error and no success", () => {
    expect(answered({}, ["x"]).parts).toMatchObject([{ type: "error" }]);
  });
});
