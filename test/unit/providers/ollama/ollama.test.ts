import { describe, expect, it } from "vitest";
import { ollama } from "../../../../workers/gateway/providers/ollama/ollama.ts";
import { flavoured, streamsAnyhow } from "../kit-flavours.ts";
import { chunk } from "../openai/fixtures.ts";

const { accountOf, translated, bodyOf, refusalOf } = flavoured(ollama, {
  base_url: "http://localhost:11434/v1",
  credential: {},
});
const tools = [{ type: "function", function: { name: "f", parameters: { type: "object" } } }];

describe("a request to Ollama", () => {
  it("needs no key, and bounds the answer by max_tokens", () => {
    expect(translated({}).call).toMatchObject({ url: "http://localhost:11434/v1/chat/completions", headers: {} });
    expect(translated({}, { account: { credential: { api_key: "k" } } }).call.headers).toEqual({
      authorization: "Bearer k",
    });
    expect(bodyOf({ max_completion_tokens: 9 })).toMatchObject({ max_tokens: 9 });
  });

  it("has no tools where none may be called, and is refused where one must be", () => {
    expect(bodyOf({ tools, tool_choice: "none" })).not.toHaveProperty("tools");
    expect(bodyOf({ tools, tool_choice: "none" })).not.toHaveProperty("tool_choice");
    expect(bodyOf({ tools, tool_choice: "auto" })).toMatchObject({ tools });
    for (const tool_choice of ["required", { type: "function", function: { name: "f" } }]) {
      expect(refusalOf({ tools, tool_choice })).toMatchObject({ param: "tool_choice" });
    }
  });

  it("is refused for an image behind a URL, by its place: it fetches none", () => {
    const image = (url: string) => ({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What?" },
            { type: "image_url", image_url: { url } },
          ],
        },
      ],
    });
    expect(refusalOf(image("https://a.example/b.png"))).toMatchObject({
      param: "messages[0].content[1].image_url.url",
    });
    expect(bodyOf(image("data:image/png;base64,AAAA"))).toMatchObject(image("data:image/png;base64,AAAA"));
  });
});

it("its models are those that are installed, by its own list", () => {
  for (const base_url of ["http://localhost:11434/v1", "http://localhost:11434"]) {
    expect(ollama.listModels?.(accountOf({ base_url })).request.url).toBe("http://localhost:11434/api/tags");
  }
  const read = ollama.listModels?.(accountOf()).read;
  expect(read?.({ models: [{ name: "gpt-oss:20b", model: "x" }, { size: 1 }, null] })).toEqual({
    ids: ["gpt-oss:20b"],
    next_url: null,
  });
  expect(read?.({})).toEqual({ ids: [], next_url: null });
});

streamsAnyhow("a stream", ollama, [
  JSON.stringify(chunk({ role: "assistant", content: "", reasoning: "Hm" })),
  JSON.stringify(chunk({ content: "Grüezi" }, {}, { finish_reason: "stop" })),
  JSON.stringify(chunk(null, { usage: { prompt_tokens: 1, completion_tokens: 2 } })),
  "[DONE]",
]);
