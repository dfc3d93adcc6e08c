import { describe, expect, it } from "vitest";
import { createRerank, readRerank } from "../../../../workers/gateway/providers/openai/rerank.ts";
import { MODEL } from "./fixtures.ts";

const account = {
  id: "prv_1",
  kind: "vllm",
  base_url: "https://upstream.example/v1",
  credential: { api_key: "sk-canary" },
  region: null,
  settings: {},
};
const results = [
  { index: 0, relevance_score: 0.1, document: { text: "a" } },
  { index: 2, relevance_score: 0.9 },
  { index: 1, relevance_score: -4 },
];

describe("a ranking that is asked for", () => {
  it("has the documents as texts, the model's own name and every other field, and asks for no document back", () => {
    const request = {
      model: "p/x",
      query: "q",
      documents: ["a", { text: "b", title: "t" }],
      top_n: 2,
      return_documents: true,
      max_tokens_per_doc: 9,
      x_own: 1,
    };
    expect(createRerank({}).translate({ account, model: MODEL, request })).toMatchObject({
      call: {
        url: "https://upstream.example/v1/rerank",
        headers: { authorization: "Bearer sk-canary" },
        body: JSON.stringify({
          model: MODEL.upstream_id,
          query: "q",
          top_n: 2,
          max_tokens_per_doc: 9,
          x_own: 1,
          documents: ["a", "b"],
        }),
      },
    });
  });
});

describe("a ranking that was given", () => {
  it("is best first, whatever its order was", () => {
    expect(readRerank({ id: "r", model: "m", results }).results.map(({ index }) => index)).toEqual([2, 0, 1]);
  });

  it.each([
    ["with prompt tokens", { prompt_tokens: 12, completion_tokens: 0, total_tokens: 12 }],
    ["with the total alone", { total_tokens: 12 }],
  ])("has its usage %s", (_name, usage) => {
    expect(readRerank({ results, usage }).parts).toContainEqual({
      type: "usage",
      usage: expect.objectContaining({ input: 12, output: 0 }),
    });
  });

  it("without usage has none, so that it is counted", () => {
    expect(readRerank({ results }).parts.map(({ type }) => type)).toEqual(["start", "end"]);
  });

  it.each([
    ["nothing", {}],
    ["no results", { results: [] }],
    ["a result without a score", { results: [{ index: 0 }] }],
    ["something else", { results: "none" }],
  ])("that is %s is a failure of the provider", (_name, body) => {
    expect(readRerank(body)).toMatchObject({ results: [], parts: [{ type: "error", error: { class: "failed" } }] });
  });

  it("that is an error says which", () => {
    expect(readRerank({ error: { code: "rate_limit_exceeded", message: "Slow down." } }).parts).toMatchObject([
      { type: "error", error: { class: "rate_limited", message: "Slow down." } },
    ]);
  });
});
