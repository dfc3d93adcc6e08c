import { describe, expect, it } from "vitest";
import { together } from "../../../../workers/gateway/providers/together/together.ts";
import { flavoured, streamsAnyhow, usageIn } from "../kit-flavours.ts";
import { chunk, MODEL } from "../openai/fixtures.ts";

const { accountOf, bodyOf, warningsOf, refusalOf, foldChunks } = flavoured(together);

describe("a request to Together AI", () => {
  it("bounds the answer by max_tokens", () => {
    expect(bodyOf({ max_completion_tokens: 9 })).toMatchObject({ max_tokens: 9 });
  });

  it("has its stop sequences as a list, and log probabilities as a number", () => {
    expect(bodyOf({ stop: "END" })).toMatchObject({ stop: ["END"] });
    expect(bodyOf({ stop: ["a", "b"] })).toMatchObject({ stop: ["a", "b"] });
    expect(bodyOf({ logprobs: true, top_logprobs: 5 })).toMatchObject({ logprobs: 5 });
    expect(bodyOf({ logprobs: true, top_logprobs: 5 })).not.toHaveProperty("top_logprobs");
    expect(bodyOf({ logprobs: true })).toMatchObject({ logprobs: 1 });
  });

  it("keeps what only open models take, and names what it has not", () => {
    expect(bodyOf({ top_k: 40, repetition_penalty: 1.1, min_p: 0.1 })).toMatchObject({
      top_k: 40,
      repetition_penalty: 1.1,
      min_p: 0.1,
    });
    expect(warningsOf({ user: "u", store: true })).toHaveLength(2);
    expect(refusalOf({ service_tier: "priority" })).toMatchObject({ param: "service_tier" });
  });
});

it("cached tokens stand beside the prompt's, and are part of them", () => {
  const usage = { prompt_tokens: 100, completion_tokens: 7, total_tokens: 107, cached_tokens: 64 };
  expect(usageIn(foldChunks(chunk({}, { usage }, { finish_reason: "stop" })))).toMatchObject({
    input: 36,
    cached_read: 64,
    output: 7,
  });
});

it("it reranks and embeds at its own endpoints", () => {
  const target = { account: accountOf(), model: MODEL };
  const ranking = together.rerank?.translate({ ...target, request: { model: "p/x", query: "q", documents: ["a"] } });
  const embedding = together.embeddings?.translate({ ...target, request: { model: "p/x", input: "a" } });
  expect(ranking).toMatchObject({ call: { url: "https://upstream.example/v1/rerank" } });
  expect(embedding).toMatchObject({ call: { url: "https://upstream.example/v1/embeddings" } });
});

streamsAnyhow("a stream", together, [
  JSON.stringify(chunk({ role: "assistant", content: "Grüezi" })),
  JSON.stringify(chunk({}, { usage: { prompt_tokens: 1, completion_tokens: 2 } }, { finish_reason: "stop" })),
  "[DONE]",
]);
