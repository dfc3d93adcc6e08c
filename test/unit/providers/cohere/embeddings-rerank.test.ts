import { describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { embeddingsRequestSchema } from "../../../../schema/wire/openai-embeddings.ts";
import { rerankRequestSchema } from "../../../../schema/wire/rerank.ts";
import { embeddings } from "../../../../workers/gateway/providers/cohere/embeddings.ts";
import { rerank } from "../../../../workers/gateway/providers/cohere/rerank.ts";
import { deepFreeze } from "../deep-freeze.ts";
import { kinds } from "../kit-fold-harness.ts";
import { account, MODEL } from "./fixtures.ts";

const model = { ...MODEL, upstream_id: "embed-v4.0" };
const embed = (request: object) =>
  embeddings.translate({
    request: deepFreeze(embeddingsRequestSchema.parse({ model: "c/x", input: "Hi", ...request })),
    account,
    model,
  });
const embedBody = (request: object) => {
  const translation = embed(request);
  if (isRefused(translation)) throw new Error(JSON.stringify(translation.refused));
  return JSON.parse(translation.call.body);
};

describe("embeddings", () => {
  it("are asked for as documents, as numbers, without cutting a text short", () => {
    expect(embedBody({})).toEqual({
      model: "embed-v4.0",
      texts: ["Hi"],
      input_type: "search_document",
      embedding_types: ["float"],
      truncate: "NONE",
    });
    expect(embed({})).toMatchObject({ call: { url: "https://upstream.example/v2/embed" }, warnings: [] });
  });

  it.each([
    ["query", "search_query"],
    ["document", "search_document"],
    ["clustering", "clustering"],
    ["search_query", "search_query"],
  ])("of input_type %s are of %s", (input_type, expected) => {
    expect(embedBody({ input_type }).input_type).toBe(expected);
  });

  it("have the caller's encoding, dimensions and truncation", () => {
    expect(embedBody({ encoding_format: "base64", dimensions: 256, truncate: "END" })).toMatchObject({
      embedding_types: ["base64"],
      output_dimension: 256,
      truncate: "END",
    });
  });

  it("name what is left out", () => {
    expect(embed({ user: "u" })).toMatchObject({ warnings: ["user left out: the provider has no equivalent"] });
  });

  it.each([
    [{ input: [1, 2, 3] }, { code: "unsupported_parameter", param: "input" }],
    [{ input: [[1], [2]] }, { code: "unsupported_parameter", param: "input" }],
    [{ input: Array.from({ length: 97 }, () => "x") }, { code: "invalid_request", param: "input" }],
    [{ input_type: "poem" }, { code: "invalid_request", param: "input_type" }],
  ])("of %j are refused", (request, refused) => {
    expect(embed(request)).toMatchObject({ refused });
  });

  it("take 96 texts", () => {
    expect(embedBody({ input: Array.from({ length: 96 }, () => "x") }).texts).toHaveLength(96);
  });

  it("are read in either encoding, with what was billed", () => {
    const meta = { billed_units: { input_tokens: 4, image_tokens: 2 } };
    expect(embeddings.readWhole({ id: "e", embeddings: { base64: ["AACAPw=="] }, meta })).toEqual({
      vectors: ["AACAPw=="],
      parts: [
        { type: "start", id: "e", model: null },
        { type: "usage", usage: { input: 4, image_input: 2 } },
        { type: "end" },
      ],
    });
    expect(embeddings.readWhole({ embeddings: { float: [[1, 2]] } }).vectors).toEqual([[1, 2]]);
  });

  it("that are none are an error", () => {
    expect(kinds(embeddings.readWhole({ embeddings: { float: [] } }).parts)).toEqual(["error"]);
    expect(kinds(embeddings.readWhole({ message: "x" }).parts)).toEqual(["error"]);
  });
});

describe("a ranking", () => {
  it("has its documents as texts", () => {
    const request = deepFreeze(
      rerankRequestSchema.parse({
        model: "c/r",
        query: "q",
        documents: ["a", { text: "b", id: 7 }],
        top_n: 1,
        max_tokens_per_doc: 100,
        return_documents: true,
      }),
    );
    const translation = rerank.translate({ request, account, model: { ...model, upstream_id: "rerank-v3.5" } });
    if (isRefused(translation)) throw new Error("refused");
    expect(translation.call.url).toBe("https://upstream.example/v2/rerank");
    expect(translation.call.headers).toMatchObject({ authorization: "Bearer co-canary" });
    expect(JSON.parse(translation.call.body)).toEqual({
      model: "rerank-v3.5",
      query: "q",
      documents: ["a", "b"],
      top_n: 1,
      max_tokens_per_doc: 100,
    });
  });

  it("is read with the searches that were billed", () => {
    const results = [{ index: 1, relevance_score: 0.9 }];
    expect(rerank.readWhole({ id: "r", results, meta: { billed_units: { search_units: 2 } } })).toEqual({
      results,
      parts: [{ type: "start", id: "r", model: null }, { type: "usage", usage: { search: 2 } }, { type: "end" }],
    });
  });

  it("that is none is an error", () => {
    expect(kinds(rerank.readWhole({ message: "x" }).parts)).toEqual(["error"]);
  });
});
