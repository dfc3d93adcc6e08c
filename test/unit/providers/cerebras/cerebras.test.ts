import { describe, expect, it } from "vitest";
import { cerebras } from "../../../../workers/gateway/providers/cerebras/cerebras.ts";
import { flavoured, streamsAnyhow } from "../kit-flavours.ts";
import { chunk } from "../openai/fixtures.ts";

const { bodyOf, refusalOf } = flavoured(cerebras);

describe("a request to Cerebras", () => {
  it("has none of the fields that are a 400 there, and its own name for the bound", () => {
    const body = bodyOf({
      max_tokens: 9,
      presence_penalty: 1,
      frequency_penalty: 1,
      parallel_tool_calls: false,
      service_tier: "auto",
      reasoning_format: "parsed",
    });
    expect(body).toMatchObject({ max_completion_tokens: 9, reasoning_format: "parsed" });
    for (const name of ["max_tokens", "presence_penalty", "frequency_penalty", "parallel_tool_calls", "service_tier"]) {
      expect(body).not.toHaveProperty(name);
    }
  });

  it("gives a developer's instructions as the system's", () => {
    const messages = [
      { role: "developer", content: "Be brief." },
      { role: "user", content: "Hello" },
    ];
    expect(bodyOf({ messages })).toMatchObject({ messages: [{ role: "system" }, { role: "user" }] });
  });

  it("is refused for what would be another question", () => {
    expect(refusalOf({ n: 2 })).toMatchObject({ param: "n" });
    expect(refusalOf({ logit_bias: { 1: 1 } })).toMatchObject({ param: "logit_bias" });
  });
});

streamsAnyhow("a stream", cerebras, [
  JSON.stringify(chunk({ role: "assistant" })),
  JSON.stringify(chunk({ content: "Grüezi" })),
  JSON.stringify(chunk({}, { usage: { prompt_tokens: 1, completion_tokens: 2 } }, { finish_reason: "stop" })),
  "[DONE]",
]);
