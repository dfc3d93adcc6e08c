import { describe, expect, it } from "vitest";
import { groq } from "../../../../workers/gateway/providers/groq/groq.ts";
import { flavoured, streamsAnyhow, usageIn } from "../kit-flavours.ts";
import { chunk, joined, recordedLines, recordedText, recordingPresent } from "../openai/fixtures.ts";

const { translated, bodyOf, warningsOf, refusalOf, foldChunks, whole } = flavoured(groq);

describe("a request to Groq", () => {
  it("bounds the answer by max_completion_tokens, whatever the caller called it", () => {
    expect(bodyOf({ max_tokens: 9 })).toMatchObject({ max_completion_tokens: 9 });
    expect(bodyOf({ max_tokens: 9 })).not.toHaveProperty("max_tokens");
  });

  it.each([
    ["n", { n: 2 }],
    ["logit_bias", { logit_bias: { 50256: -100 } }],
    ["logprobs", { logprobs: true }],
    ["top_logprobs", { top_logprobs: 2 }],
    ["service_tier", { service_tier: "performance" }],
    ["audio", { audio: { voice: "alloy", format: "wav" } }],
  ])("is refused for what it would answer with an error: %s", (param, request) => {
    expect(refusalOf(request)).toMatchObject({ code: "unsupported_parameter", param });
  });

  it("goes without a parameter that it refuses where it asks for nothing", () => {
    const body = bodyOf({ n: 1, logprobs: false, logit_bias: {}, presence_penalty: 0 });
    for (const name of ["n", "logprobs", "logit_bias", "presence_penalty"]) expect(body).not.toHaveProperty(name);
    expect(warningsOf({ n: 1, logprobs: false, logit_bias: {} })).toEqual([]);
  });

  it("goes without the names of messages, and says so", () => {
    const messages = [
      { role: "system", content: "Be brief.", name: "boss" },
      { role: "user", content: "Hi" },
    ];
    expect(bodyOf({ messages }).messages).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
    ]);
    expect(warningsOf({ messages })).toEqual(["name of messages left out: the provider refuses it"]);
    expect(translated({}).warnings).toEqual([]);
  });

  it("takes parameters of its own", () => {
    expect(bodyOf({ reasoning_format: "parsed", service_tier: "flex" })).toMatchObject({
      reasoning_format: "parsed",
      service_tier: "flex",
    });
  });
});

const USED = { prompt_tokens: 45, completion_tokens: 662, total_tokens: 707, queue_time: 0.04 };

describe("what was used", () => {
  it("is read where the stream states it, in its own field too", () => {
    const last = (more: object) => chunk({}, more, { finish_reason: "stop" });
    for (const more of [
      { x_groq: { id: "r", usage: USED } },
      { x_groq: { usage: USED }, usage: USED },
      { usage: USED },
    ]) {
      expect(usageIn(foldChunks(last(more)))).toMatchObject({ input: 45, output: 662 });
    }
    expect(usageIn(foldChunks(last({ x_groq: { id: "r" } })))).toBeUndefined();
  });

  it("tells cached and reasoning tokens apart", () => {
    const usage = {
      ...USED,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 600 },
    };
    expect(usageIn(foldChunks(chunk(null, { usage })))).toMatchObject({
      input: 5,
      cached_read: 40,
      output: 62,
      reasoning: 600,
    });
  });
});

it("reasoning is read under the name that Groq uses", () => {
  expect(foldChunks(chunk({ reasoning: "Hm." }))).toContainEqual({ type: "reasoning", choice: 0, text: "Hm." });
});

const STREAMS = ["text", "tool-call"].map((name) => `groq/groq-${name}.chunks.txt`);
describe.skipIf(!STREAMS.every(recordingPresent))("recorded answers", () => {
  const linesOf = (name: string) => (recordingPresent(name) ? [...recordedLines(name), "[DONE]"] : ["[DONE]"]);
  for (const name of STREAMS) streamsAnyhow(name, groq, linesOf(name));

  it.each(STREAMS)("%s has the parts of the whole answer of its shape, with usage", (name) => {
    const types = (parts: ReturnType<typeof whole>) => joined(parts).map(({ type }) => type);
    const stream = foldChunks(...linesOf(name));
    const answer = whole(JSON.parse(recordedText(name.replace(".chunks.txt", ".json"))));
    expect(types(stream)).toEqual(types(answer));
    expect(usageIn(stream)?.input).toBeGreaterThan(0);
    expect(usageIn(answer)?.output).toBeGreaterThan(0);
  });
});
