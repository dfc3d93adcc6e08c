import { describe, expect, it } from "vitest";
import { vllm } from "../../../../workers/gateway/providers/vllm/vllm.ts";
import { flavoured, streamsAnyhow } from "../kit-flavours.ts";
import { chunk, MODEL } from "../openai/fixtures.ts";

const { accountOf, translated, bodyOf, foldChunks } = flavoured(vllm, { credential: {} });

describe("a request to vLLM", () => {
  it("needs no key, bounds the answer by max_tokens and keeps every sampling parameter", () => {
    const request = { n: 3, logit_bias: { 1: 2 }, logprobs: true, top_logprobs: 2, seed: 0, top_k: 5, min_p: 0.1 };
    expect(translated({}).call.headers).toEqual({});
    expect(bodyOf({ ...request, max_completion_tokens: 9 })).toEqual({
      ...request,
      max_tokens: 9,
      messages: [{ role: "user", content: "Hello" }],
      model: MODEL.upstream_id,
    });
  });

  it("ranks in the contract that the caller used", () => {
    const request = { model: "p/x", query: "q", documents: ["a", { text: "b" }], top_n: 1, return_documents: true };
    expect(vllm.rerank?.translate({ account: accountOf(), model: MODEL, request })).toMatchObject({
      call: {
        url: "https://upstream.example/v1/rerank",
        body: JSON.stringify({ model: MODEL.upstream_id, query: "q", top_n: 1, documents: ["a", "b"] }),
      },
    });
  });
});

describe("an error of vLLM", () => {
  it("is read without an envelope too, whole and in a stream", () => {
    const error = {
      object: "error",
      message: "This model's maximum context length is 8 tokens.",
      type: "BadRequestError",
      code: 400,
    };
    expect(vllm.readError(400, new Headers(), JSON.stringify(error))).toMatchObject({
      class: "rejected",
      message: error.message,
      code: "400",
    });
    expect(foldChunks(error)).toMatchObject([{ type: "error", error: { class: "rejected", status: 400 } }]);
  });

  it("of its web server is read", () => {
    expect(vllm.readError(401, new Headers(), '{"detail":"Unauthorized"}')).toMatchObject({
      class: "auth",
      message: "Unauthorized",
    });
  });
});

streamsAnyhow("a stream", vllm, [
  JSON.stringify(chunk({ role: "assistant", content: "", reasoning_content: "Hm" })),
  JSON.stringify(chunk({ content: "Grüezi" })),
  JSON.stringify(chunk({}, {}, { finish_reason: "stop" })),
  JSON.stringify(chunk(null, { usage: { prompt_tokens: 1, completion_tokens: 2 } })),
  "[DONE]",
]);
