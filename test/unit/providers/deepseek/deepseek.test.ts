import { describe, expect, it } from "vitest";
import { deepseek } from "../../../../workers/gateway/providers/deepseek/deepseek.ts";
import { flavoured, REASONING, streamsAnyhow, usageIn } from "../kit-flavours.ts";
import { chunk, joined, recordedLines, recordedText, recordingPresent } from "../openai/fixtures.ts";

const { bodyOf, warningsOf, refusalOf, foldChunks, whole } = flavoured(deepseek);
const model = REASONING;

describe("a request to DeepSeek", () => {
  it("bounds the answer by max_tokens", () => {
    expect(bodyOf({ max_completion_tokens: 9 })).toMatchObject({ max_tokens: 9 });
    expect(bodyOf({ max_completion_tokens: 9 })).not.toHaveProperty("max_completion_tokens");
  });

  it("says which parameters have no effect while the model thinks", () => {
    expect(warningsOf({ temperature: 0.2, presence_penalty: 1 }, { model })).toEqual([
      "temperature has no effect while the model thinks",
      "presence_penalty has no effect while the model thinks",
    ]);
    expect(warningsOf({ temperature: 0.2 })).toEqual([]);
    expect(warningsOf({ temperature: 0.2, thinking: { type: "disabled" } }, { model })).toEqual([]);
    expect(bodyOf({ thinking: { type: "disabled" } }, { model })).toMatchObject({ thinking: { type: "disabled" } });
  });

  it("is refused for log probabilities while the model thinks, which would be an error", () => {
    expect(refusalOf({ logprobs: true }, { model })).toMatchObject({ param: "logprobs" });
    expect(bodyOf({ logprobs: true, thinking: { type: "disabled" } }, { model })).toMatchObject({ logprobs: true });
    expect(bodyOf({ logprobs: true })).toMatchObject({ logprobs: true });
  });

  it("is refused for a schema, to which answers would not be held", () => {
    const response_format = { type: "json_schema", json_schema: { name: "a", schema: { type: "object" } } };
    expect(refusalOf({ response_format })).toMatchObject({ code: "unsupported_parameter", param: "response_format" });
    expect(bodyOf({ response_format: { type: "json_object" } })).toMatchObject({
      response_format: { type: "json_object" },
    });
  });

  it("keeps the reasoning of earlier turns, which a tool loop needs", () => {
    const messages = [
      { role: "user", content: "Weather?" },
      {
        role: "assistant",
        content: "",
        reasoning_content: "I should look.",
        tool_calls: [{ id: "c", type: "function", function: { name: "w", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c", content: "Sun" },
    ];
    expect(bodyOf({ messages }).messages).toEqual(messages);
  });
});

describe("what was used", () => {
  it("has what the cache had, under either name, once", () => {
    const counts = {
      prompt_tokens: 339,
      completion_tokens: 83,
      prompt_cache_hit_tokens: 320,
      prompt_cache_miss_tokens: 19,
    };
    for (const more of [{}, { prompt_tokens_details: { cached_tokens: 320 } }]) {
      expect(usageIn(foldChunks(chunk(null, { usage: { ...counts, ...more } })))).toMatchObject({
        input: 19,
        cached_read: 320,
      });
    }
  });
});

it("an empty account is a matter of money", () => {
  const body =
    '{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}';
  expect(deepseek.readError(402, new Headers(), body).class).toBe("quota");
});

const RECORDED = "deepseek/deepseek-tool-call.chunks.txt";
describe.skipIf(!recordingPresent(RECORDED))("a recorded answer", () => {
  const lines = recordingPresent(RECORDED) ? [...recordedLines(RECORDED), "[DONE]"] : ["[DONE]"];
  streamsAnyhow(RECORDED, deepseek, lines);

  it("has its reasoning, its call and its usage, streamed and whole", () => {
    const stream = joined(foldChunks(...lines));
    const answer = joined(whole(JSON.parse(recordedText(RECORDED.replace(".chunks.txt", ".json")))));
    for (const parts of [stream, answer]) {
      const types = ["start", "reasoning", "tool_call", "tool_arguments", "finish", "usage", "end"];
      expect(parts.map(({ type }) => type)).toEqual(types);
      expect(parts).toContainEqual({
        type: "tool_arguments",
        choice: 0,
        index: 0,
        json: '{"location": "San Francisco"}',
      });
    }
    expect(usageIn(stream)).toMatchObject({ input: 19, cached_read: 320, output: 44, reasoning: 39 });
  });
});
