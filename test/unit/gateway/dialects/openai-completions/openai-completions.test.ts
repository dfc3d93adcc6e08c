import { describe, expect, it } from "vitest";
import type { Part } from "../../../../../schema/canonical/parts.ts";
import { isRefused } from "../../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../../schema/kernel/json.ts";
import { openAiCompletions } from "../../../../../workers/gateway/dialects/openai-completions/openai-completions.ts";
import { request } from "../../fixtures.ts";

const json = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));
const parse = (change: object) => openAiCompletions.parse(json({ model: "acme/m", prompt: "Hello", ...change }));

describe("a request for a completion", () => {
  it.each(["Hello", ["Hello"]])("with the prompt %j is one message of a user", (prompt) => {
    const parsed = parse({ prompt, max_tokens: 5, temperature: 0.5 });
    if (isRefused(parsed)) throw new Error("refused");
    expect(parsed.request).toEqual({
      model: "acme/m",
      messages: [{ role: "user", content: "Hello" }],
      max_tokens: 5,
      temperature: 0.5,
    });
  });

  it.each<[object, string]>([
    [{ prompt: ["a", "b"] }, "prompt"],
    [{ prompt: [1, 2] }, "prompt"],
    [{ prompt: null }, "prompt"],
    [{ suffix: "x" }, "suffix"],
    [{ echo: true }, "echo"],
    [{ best_of: 2 }, "best_of"],
    [{ logprobs: 1 }, "logprobs"],
    [{ max_tokens: 0 }, "max_tokens"],
  ])("with %j is refused, naming %s", (change, param) => {
    const refused = parse(change);
    if (!isRefused(refused)) throw new Error("it was not refused");
    expect(refused.refused.param).toBe(param);
  });
});

const PARTS: readonly Part[] = [
  { type: "start", id: "x", model: "m" },
  { type: "text", choice: 0, text: "Grü" },
  { type: "text", choice: 0, text: "ße" },
  { type: "finish", choice: 0, reason: "stop", raw: "stop" },
];

const context = (include_usage: boolean) => ({
  identity: { id: "cmpl-1", created: 1, model: "m" },
  request: request({ stream: true, stream_options: { include_usage } }),
  body: {},
});

const USAGE = { input: 3, output: 2 };
const chunks = (text: string) =>
  text
    .split("\n\n")
    .filter((line) => line !== "" && line !== "data: [DONE]")
    .map((line) => JSON.parse(line.slice("data: ".length)));

describe("a completion", () => {
  it("has the text, whole and streamed", () => {
    const whole = openAiCompletions.renderWhole(PARTS, context(false), USAGE);
    expect(whole).toMatchObject({
      id: "cmpl-1",
      object: "text_completion",
      choices: [{ text: "Grüße", index: 0, finish_reason: "stop" }],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    });
    const renderer = openAiCompletions.createRenderer(context(true));
    const text = renderer.event({ event: null, data: "" }, PARTS) + renderer.end({ usage: USAGE, ao: null });
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    const sent = chunks(text);
    expect(sent.flatMap(({ choices }) => choices.map((choice: { text: string }) => choice.text)).join("")).toBe(
      "Grüße",
    );
    expect(sent.map(({ usage }) => usage?.total_tokens ?? usage)).toEqual([null, null, null, 5]);
  });

  it("that is cut ends with length", () => {
    const renderer = openAiCompletions.createRenderer(context(false));
    renderer.event({ event: null, data: "" }, PARTS.slice(0, 2));
    expect(chunks(renderer.cut({ usage: USAGE, ao: null }))[0]?.choices[0].finish_reason).toBe("length");
  });
});
