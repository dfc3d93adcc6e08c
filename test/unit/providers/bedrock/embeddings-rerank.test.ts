import { describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { type EmbeddingsRequest, embeddingsRequestSchema } from "../../../../schema/wire/openai-embeddings.ts";
import { rerankRequestSchema } from "../../../../schema/wire/rerank.ts";
import { bedrock } from "../../../../workers/gateway/providers/bedrock/bedrock.ts";
import type { EmbeddingsProtocol, RerankProtocol } from "../../../../workers/gateway/providers/kit/provider.ts";
import { createSandbox } from "../../../../workers/sandbox/handler.ts";
import { account, CLAUDE } from "./fixtures.ts";

function offered<Protocol>(protocol: Protocol | undefined): Protocol {
  if (protocol === undefined) throw new Error("not offered");
  return protocol;
}
const embeddings: EmbeddingsProtocol = offered(bedrock.embeddings);
const rerank: RerankProtocol = offered(bedrock.rerank);

const SANDBOX = { ...account, base_url: "http://sandbox.binding.internal/bedrock", credential: { api_key: "any" } };
const modelNamed = (upstream_id: string) => ({ ...CLAUDE, upstream_id });

const translate = (upstream_id: string, change: object) => {
  const request: EmbeddingsRequest = embeddingsRequestSchema.parse({ model: "b/x", input: "Hello", ...change });
  return embeddings.translate({ request, account: SANDBOX, model: modelNamed(upstream_id) });
};
const bodyOf = (upstream_id: string, change: object) => {
  const translation = translate(upstream_id, change);
  return isRefused(translation) ? translation.refused : JSON.parse(translation.call.body);
};

async function answerOf(url: string, body: string): Promise<Response> {
  const handle = createSandbox({ now: () => 0, sleep: async () => "slept" });
  return await handle(new Request(url, { method: "POST", headers: { authorization: "Bearer any" }, body }));
}

describe("embeddings", () => {
  it.each([
    ["amazon.titan-embed-text-v2:0", { dimensions: 256 }, { inputText: "Hello", dimensions: 256 }],
    ["amazon.titan-embed-text-v1", {}, { inputText: "Hello" }],
    [
      "cohere.embed-v4:0",
      { input: ["a", "b"], dimensions: 512, input_type: "query" },
      {
        texts: ["a", "b"],
        input_type: "search_query",
        embedding_types: ["float"],
        truncate: "NONE",
        output_dimension: 512,
      },
    ],
  ])("of %s are asked for in its own form", (model, change, body) => {
    expect(bodyOf(model, change)).toEqual(body);
  });

  it("refuses what the model cannot, and names what is left out", () => {
    expect(bodyOf("amazon.titan-embed-text-v2:0", { input: ["a", "b"] })).toMatchObject({ param: "input" });
    expect(bodyOf("amazon.titan-embed-text-v1", { dimensions: 256 })).toMatchObject({ param: "dimensions" });
    expect(bodyOf("cohere.embed-v4:0", { input: [1, 2] })).toMatchObject({ param: "input" });
    expect(bodyOf("cohere.embed-v4:0", { input: Array.from({ length: 97 }, () => "a") })).toMatchObject({
      param: "input",
    });
    expect(bodyOf("cohere.embed-v4:0", { input_type: "song" })).toMatchObject({ param: "input_type" });
    expect(translate("amazon.titan-embed-text-v2:0", { input_type: "query" })).toMatchObject({
      warnings: ["input_type left out: the provider has no equivalent"],
    });
  });

  it.each([
    ["amazon.titan-embed-embed", { input: "grüße" }, 1],
    ["cohere.embed-embed", { input: ["grüße", "world"] }, 2],
  ])("of %s are read with what was counted", async (model, change, count) => {
    const translation = translate(model, change);
    if (isRefused(translation)) throw new Error(JSON.stringify(translation.refused));
    const response = await answerOf(translation.call.url, translation.call.body);
    const text = await response.text();
    expect(response.status, text).toBe(200);
    const { vectors, parts } = embeddings.readWhole(JSON.parse(text), response.headers);
    expect(vectors).toHaveLength(count);
    expect(parts).toContainEqual({ type: "usage", usage: { input: expect.any(Number) } });
    expect(parts.at(-1)).toEqual({ type: "end" });
  });

  it("without a count are counted by the gateway; an impossible count is NaN; what is none is an error", () => {
    const body = { embeddings: [[1, 2]] };
    const kinds = (headers: Headers) => embeddings.readWhole(body, headers).parts.map(({ type }) => type);
    expect(kinds(new Headers())).toEqual(["start", "end"]);
    expect(embeddings.readWhole(body, new Headers({ "x-amzn-bedrock-input-token-count": "-3" })).parts).toContainEqual({
      type: "usage",
      usage: { input: Number.NaN },
    });
    expect(embeddings.readWhole({ embeddings: [] }).parts).toMatchObject([{ type: "error" }]);
  });
});

describe("a ranking", () => {
  const translated = (upstream_id: string) => {
    const documents = ["Berlin is in Germany", { text: "Paris is the capital of France" }];
    const request = rerankRequestSchema.parse({ model: "b/x", query: "the capital of France", documents, top_n: 1 });
    const translation = rerank.translate({ request, account: SANDBOX, model: modelNamed(upstream_id) });
    if (isRefused(translation)) throw new Error(JSON.stringify(translation.refused));
    return translation.call;
  };

  it("has Cohere's version for Cohere's models alone", () => {
    expect(JSON.parse(translated("cohere.rerank-v3-5:0").body)).toMatchObject({ api_version: 2, top_n: 1 });
    expect(JSON.parse(translated("amazon.rerank-v1:0").body)).not.toHaveProperty("api_version");
  });

  it("is read best first", async () => {
    const call = translated("cohere.rerank-embed");
    const body = JSON.parse(await (await answerOf(call.url, call.body)).text());
    expect(rerank.readWhole(body).results).toMatchObject([{ index: 1 }]);
    expect(rerank.readWhole({ message: "no" }).parts).toMatchObject([{ type: "error" }]);
  });
});
