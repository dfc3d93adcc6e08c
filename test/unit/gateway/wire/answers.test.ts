import { beforeEach, describe, expect, it } from "vitest";
import { chunksOf, dataOf } from "../dialects/openai-chat/read-chunks.ts";
import { quietLogs } from "../fixtures.ts";
import { asked, inPieces, STREAM_KINDS, type StreamKind, written } from "./sandbox-stream.ts";

beforeEach(() => {
  quietLogs();
});

const kindOf = (name: string): StreamKind => {
  const found = STREAM_KINDS.find(({ kind }) => kind === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};
const ANTHROPIC = kindOf("anthropic");

/** A whole answer of Anthropic's. */
const message = (change: object) => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5",
  content: [{ type: "text", text: "Hi" }],
  stop_reason: "end_turn",
  usage: { input_tokens: 5, output_tokens: 7 },
  ...change,
});
async function whole(change: object, request: object = {}) {
  const answered = await asked(ANTHROPIC, "x", () => Response.json(message(change)), { stream: false, ...request });
  return { ...answered, answer: JSON.parse(answered.text) };
}

describe("an answer of Anthropic's to a client of OpenAI's", () => {
  it.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["tool_use", "tool_calls"],
    ["refusal", "content_filter"],
    ["pause_turn", "length"],
  ])("R1: that ended with %s has the reason %s", async (stop_reason, finish_reason) => {
    const { answer } = await whole({ stop_reason });
    expect(answer.choices).toMatchObject([{ index: 0, finish_reason }]);
  });

  it("R1: that was refused says why, as a refusal", async () => {
    const { answer } = await whole({
      content: [],
      stop_reason: "refusal",
      stop_details: { type: "refusal", category: null, explanation: "Not this." },
    });
    expect(answer.choices).toMatchObject([{ finish_reason: "content_filter", message: { refusal: "Not this." } }]);
  });

  it("R2: counts what was read from and written to the cache into the prompt, and charges each by its own rate", async () => {
    const usage = {
      input_tokens: 5,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 50,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 },
      output_tokens: 7,
    };
    const { answer, settled } = await whole({ usage });
    expect(answer.usage).toMatchObject({
      prompt_tokens: 155,
      completion_tokens: 7,
      total_tokens: 162,
      prompt_tokens_details: { cached_tokens: 100 },
    });
    expect(settled).toMatchObject([
      {
        record: {
          usage: { input: 5, cached_read: 100, cached_write_5m: 20, cached_write_1h: 30, output: 7 },
          usage_source: "provider",
        },
      },
    ]);
  });

  it("R4, R5, R6: has its calls counted among calls, arguments for each, and its texts joined as they are", async () => {
    const content = [
      { type: "text", text: "I " },
      { type: "text", text: "look." },
      { type: "tool_use", id: "t1", name: "first", input: {} },
      { type: "text", text: " Then" },
      { type: "tool_use", id: "t2", name: "second", input: { a: 1 } },
    ];
    const { answer } = await whole({ content, stop_reason: "tool_use" });
    expect(answer.choices[0].message).toMatchObject({
      content: "I look. Then",
      tool_calls: [
        { id: "t1", type: "function", function: { name: "first", arguments: "{}" } },
        { id: "t2", type: "function", function: { name: "second", arguments: '{"a":1}' } },
      ],
    });
  });

  it.each([
    [400, "invalid_request_error", 400],
    [401, "authentication_error", 502],
    [402, "billing_error", 502],
    [403, "permission_error", 502],
    [404, "not_found_error", 404],
    [413, "request_too_large", 413],
    [429, "rate_limit_error", 429],
    [500, "api_error", 502],
    [529, "overloaded_error", 503],
  ])("R8: that is an error of %d %s is one of %d in OpenAI's form, and costs nothing", async (status, type, seen) => {
    const error = () => Response.json({ type: "error", error: { type, message: "what happened" } }, { status });
    for (const stream of [false, true]) {
      const { response, text, steps } = await asked(ANTHROPIC, "x", error, { stream });
      expect(response.status).toBe(seen);
      expect(JSON.parse(text)).toMatchObject({
        error: { message: expect.any(String), type: expect.any(String), code: expect.any(String), param: null },
      });
      expect(steps).toContain("release");
      expect(steps).not.toContain("settle");
    }
  });

  it("R9: that says the account's limit is reached is nothing that a client repeats", async () => {
    const error = {
      type: "invalid_request_error",
      message: "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
    };
    const upstream = () => Response.json({ type: "error", error }, { status: 400 });
    const { response, text, steps } = await asked(ANTHROPIC, "x", upstream, { stream: false });
    expect(JSON.parse(text)).toMatchObject({ error: { code: "upstream_quota" } });
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(steps.filter((step) => step === "upstream")).toHaveLength(1);
  });
});

describe("a request to Anthropic without a bound", () => {
  it("A2: is sent the bound that is held for", async () => {
    const { admitted, called } = await whole({}, { max_tokens: undefined });
    const [call] = called;
    const bound = Number(Object(call?.body).max_tokens);
    expect(bound).toBeGreaterThan(0);
    const bounded = await whole({}, { max_tokens: bound });
    expect(admitted[0]?.hold_nano_usd).toBe(bounded.admitted[0]?.hold_nano_usd);
    // One token more would be held for too.
    const more = await whole({}, { max_tokens: bound - 1 });
    expect(more.admitted[0]?.hold_nano_usd).toBeLessThan(bounded.admitted[0]?.hold_nano_usd ?? 0);
  });
});

describe("an answer of Gemini's whose bound was eaten by thoughts", () => {
  it.each([false, true])(
    "G10: is one choice with an empty text, never null, and length, streamed: %s",
    async (stream) => {
      const body = {
        candidates: [{ index: 0, finishReason: "MAX_TOKENS" }],
        usageMetadata: { promptTokenCount: 5, thoughtsTokenCount: 50, totalTokenCount: 55 },
      };
      const upstream = () =>
        stream
          ? new Response(`data: ${JSON.stringify(body)}\n\n`, { headers: { "content-type": "text/event-stream" } })
          : Response.json(body);
      const { text } = await asked(kindOf("gemini"), "x", upstream, { stream });
      if (!stream) {
        expect(JSON.parse(text).choices).toMatchObject([{ message: { content: "" }, finish_reason: "length" }]);
        return;
      }
      const choices = chunksOf(text).flatMap((chunk) => chunk.choices);
      expect(choices[0]?.delta).toEqual({ role: "assistant", content: "" });
      expect(choices.at(-1)?.finish_reason).toBe("length");
    },
  );
});

describe.each(STREAM_KINDS)("an answer of the kind $kind", (kind) => {
  it("W8: says in its headers who gave it, and what it cost; streamed, the cost is in its last chunk", async () => {
    const once = await written(kind, "echo", { stream: false });
    const { response, text, settled } = await asked(kind, "echo", () => inPieces(once), { stream: false });
    expect(JSON.parse(text).model).toEqual(expect.stringMatching(/./));
    expect(response.headers.get("x-ao-provider")).toBe("p");
    expect(response.headers.get("x-ao-model")).toBe("p/m");
    const cost = Number(response.headers.get("x-ao-cost-usd")) * 1e9;
    expect(cost).toBeGreaterThan(0);
    expect(Math.round(cost)).toBe(settled[0]?.cost_nano_usd);

    const stream = await written(kind, "echo");
    const streamed = await asked(kind, "echo", () => inPieces(stream), {}, { "x-ao-usage": "true" });
    expect(streamed.response.headers.get("x-ao-provider")).toBe("p");
    expect(streamed.response.headers.get("x-ao-model")).toBe("p/m");
    const chunks = chunksOf(streamed.text);
    for (const { model, choices } of chunks) if (choices.length > 0) expect(model).not.toBe("");
    const told = chunks.at(-1)?.ao;
    expect(told).toMatchObject({ provider: "p", model: "p/m" });
    expect(Math.round(Number(told?.cost_usd) * 1e9)).toBe(streamed.settled[0]?.cost_nano_usd);
    expect(chunks.slice(0, -1).every(({ ao }) => ao === undefined)).toBe(true);
    expect(dataOf(streamed.text).at(-1)).toBe("[DONE]");
  });
});
