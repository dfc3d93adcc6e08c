import { describe, expect, it } from "vitest";
import { xai } from "../../../../workers/gateway/providers/xai/xai.ts";
import { flavoured, REASONING, streamsAnyhow, usageIn } from "../kit-flavours.ts";
import { chunk } from "../openai/fixtures.ts";

const { bodyOf, warningsOf, refusalOf, foldChunks, whole } = flavoured(xai);
const model = REASONING;

describe("a request to xAI", () => {
  it("bounds the answer by max_completion_tokens", () => {
    expect(bodyOf({ max_tokens: 9 })).toMatchObject({ max_completion_tokens: 9 });
  });

  it("goes without penalties on a model that reasons, and says so", () => {
    const request = { presence_penalty: 1, frequency_penalty: 0 };
    expect(bodyOf(request, { model })).not.toHaveProperty("presence_penalty");
    expect(bodyOf(request, { model })).not.toHaveProperty("frequency_penalty");
    expect(warningsOf(request, { model })).toEqual(["presence_penalty left out: the model takes none"]);
    expect(bodyOf(request)).toMatchObject(request);
  });

  it("is refused for stop sequences on a model that reasons", () => {
    expect(refusalOf({ stop: ["END"] }, { model })).toMatchObject({ code: "unsupported_parameter", param: "stop" });
    expect(bodyOf({ stop: ["END"] })).toMatchObject({ stop: ["END"] });
    expect(bodyOf({ stop: null }, { model })).toMatchObject({ model: model.upstream_id });
  });
});

describe("what was used", () => {
  const USED = {
    prompt_tokens: 32,
    completion_tokens: 9,
    total_tokens: 135,
    prompt_tokens_details: { text_tokens: 32, audio_tokens: 0, image_tokens: 0, cached_tokens: 6 },
    completion_tokens_details: { reasoning_tokens: 94, audio_tokens: 0 },
  };

  it("has the reasoning tokens on top of the completion's, not in them", () => {
    const expected = { input: 26, cached_read: 6, output: 9, reasoning: 94 };
    expect(usageIn(foldChunks(chunk(null, { usage: USED })))).toMatchObject(expected);
    expect(usageIn(whole({ choices: [], usage: USED }))).toMatchObject(expected);
  });

  it("has them in it where the total says so", () => {
    const usage = { ...USED, completion_tokens: 103 };
    expect(usageIn(foldChunks(chunk(null, { usage })))).toMatchObject({ output: 9, reasoning: 94 });
  });

  it("has the sources of a search, which are billed by the piece", () => {
    expect(usageIn(foldChunks(chunk(null, { usage: { ...USED, num_sources_used: 3 } })))).toMatchObject({ search: 3 });
    expect(foldChunks(chunk(null, { usage: null }))).toEqual([{ type: "start", id: "chatcmpl-1", model: "gpt-x" }]);
  });

  it("is the last of the totals that come with every chunk", () => {
    const early = chunk(
      { content: "a" },
      { usage: { ...USED, completion_tokens: 1, total_tokens: 33, completion_tokens_details: {} } },
    );
    expect(usageIn(foldChunks(early, chunk(null, { usage: USED })))).toMatchObject({ output: 9, reasoning: 94 });
  });
});

it("an error that is a text has it, with its code", () => {
  const body = '{"code":"The service is currently unavailable","error":"Try again later."}';
  expect(xai.readError(503, new Headers(), body)).toMatchObject({
    class: "overloaded",
    message: "Try again later.",
    code: "The service is currently unavailable",
  });
});

streamsAnyhow("a stream", xai, [
  JSON.stringify(chunk({ role: "assistant", reasoning_content: "Hm, é." })),
  JSON.stringify(chunk({ content: "Grüezi 👋" })),
  JSON.stringify(chunk({}, {}, { finish_reason: "stop" })),
  JSON.stringify(chunk(null, { usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } })),
  "[DONE]",
]);
