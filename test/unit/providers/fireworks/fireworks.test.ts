import { describe, expect, it } from "vitest";
import { fireworks } from "../../../../workers/gateway/providers/fireworks/fireworks.ts";
import { flavoured, streamsAnyhow, usageIn } from "../kit-flavours.ts";
import { chunk, MODEL } from "../openai/fixtures.ts";

const { bodyOf, refusalOf, foldChunks } = flavoured(fireworks);

describe("a request to Fireworks AI", () => {
  it("names the model by its path, bounds the answer by max_tokens and keeps what is its own", () => {
    const model = { ...MODEL, upstream_id: "accounts/fireworks/models/gpt-oss-20b" };
    const own = { top_k: 40, context_length_exceeded_behavior: "error" };
    expect(bodyOf({ ...own, max_completion_tokens: 9 }, { model })).toMatchObject({
      ...own,
      max_tokens: 9,
      model: model.upstream_id,
    });
  });

  it("is refused for the tier that has a price of its own", () => {
    expect(refusalOf({ service_tier: "priority" })).toMatchObject({ param: "service_tier" });
    expect(bodyOf({ service_tier: "auto" })).toMatchObject({ service_tier: "auto" });
  });
});

it("cached tokens are told apart, with the last chunk of the answer", () => {
  const usage = { prompt_tokens: 100, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 64 } };
  expect(usageIn(foldChunks(chunk({}, { usage }, { finish_reason: "stop" })))).toMatchObject({
    input: 36,
    cached_read: 64,
  });
});

streamsAnyhow("a stream", fireworks, [
  JSON.stringify(chunk({ role: "assistant" })),
  JSON.stringify(chunk({ content: "Grüezi" })),
  JSON.stringify(chunk({}, { usage: { prompt_tokens: 1, completion_tokens: 2 } }, { finish_reason: "stop" })),
  "[DONE]",
]);
