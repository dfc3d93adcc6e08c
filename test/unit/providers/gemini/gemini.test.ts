import { describe, expect, it } from "vitest";
import type { Part } from "../../../../schema/canonical/parts.ts";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { createReader } from "../../../../workers/gateway/providers/gemini/create-reader.ts";
import { gemini } from "../../../../workers/gateway/providers/gemini/gemini.ts";
import type { GeminiState } from "../../../../workers/gateway/providers/gemini/stream-fold.ts";
import { END_OF_STREAM } from "../../../../workers/gateway/providers/kit/end-of-stream.ts";
import type { UpstreamEvent } from "../../../../workers/gateway/providers/kit/provider.ts";
import { ACCOUNT, model, request } from "../../gateway/fixtures.ts";
import { deepFreeze } from "../deep-freeze.ts";

const translate = (change: object, upstream_id = "gemini-3-pro-preview") =>
  gemini.translate({
    request: deepFreeze(request(change)),
    account: ACCOUNT,
    model: model({ upstream_id, capabilities: ["chat", "tools", "reasoning"] }),
    max_output_tokens: null,
  });

function sent(change: object, upstream_id?: string) {
  const translation = translate(change, upstream_id);
  if (isRefused(translation)) throw new Error(`refused: ${translation.refused.message}`);
  return { ...translation, body: JSON.parse(translation.call.body) };
}

const refusal = (change: object) => {
  const translation = translate(change);
  if (!isRefused(translation)) throw new Error("it was not refused");
  return translation.refused;
};

const call = (id: string, name: string, more: object = {}) => ({
  id,
  type: "function",
  function: { name, arguments: '{"a":1}' },
  ...more,
});

const TOOLS = ["f", "g"].map((name) => ({ type: "function", function: { name, parameters: { type: "object" } } }));
const ASK = { role: "user", content: "Hello" };

describe("a request", () => {
  it("G1: has all instructions and all their parts in one place", () => {
    const { body } = sent({
      messages: [
        { role: "system", content: "One." },
        {
          role: "developer",
          content: [
            { type: "text", text: "Two." },
            { type: "text", text: "Three." },
          ],
        },
        ASK,
      ],
    });
    expect(body.systemInstruction).toEqual({ parts: [{ text: "One." }, { text: "Two." }, { text: "Three." }] });
  });

  it("G2, G3: keeps text beside calls, and names a result by the call it is of", () => {
    const { body } = sent({
      tools: TOOLS,
      messages: [
        ASK,
        { role: "assistant", content: "I look.", tool_calls: [call("c1", "f"), call("c2", "g")] },
        { role: "tool", tool_call_id: "c1", content: "one" },
        { role: "tool", tool_call_id: "c2", content: '{"two":2}', is_error: true },
      ],
    });
    expect(body.contents[1].parts.map((part: object) => Object.keys(part)[0])).toEqual([
      "text",
      "functionCall",
      "functionCall",
    ]);
    expect(body.contents[2]).toEqual({
      role: "user",
      parts: [
        { functionResponse: { id: "c1", name: "f", response: { result: "one" } } },
        { functionResponse: { id: "c2", name: "g", response: { error: { two: 2 } } } },
      ],
    });
  });

  it("G4: has results in the order of their calls, however they came", () => {
    const results = ["c3", "c1", "c2"].map((id) => ({ role: "tool", tool_call_id: id, content: id }));
    const { body } = sent({
      tools: TOOLS,
      messages: [
        ASK,
        { role: "assistant", tool_calls: [call("c1", "f"), call("c2", "g"), call("c3", "f")] },
        ...results,
        { role: "user", content: "And?" },
        { role: "assistant", tool_calls: [call("c4", "f"), call("c5", "f")] },
        ...["c5", "c4"].map((id) => ({ role: "tool", tool_call_id: id, content: id })),
      ],
    });
    const answered = body.contents.map(({ parts }: { parts: { functionResponse?: { id: string }; text?: string }[] }) =>
      parts.map(({ functionResponse, text }) => functionResponse?.id ?? text),
    );
    expect([answered[2], answered[4]]).toEqual([
      ["c1", "c2", "c3", "And?"],
      ["c4", "c5"],
    ]);
  });

  it.each([
    ["8f2b1a3c", "8f2b1a3c"],
    ["function-call-17", "function-call-17"],
    ["call_r_0_0", undefined],
    ["toolu_01A", undefined],
    ["D681PevKs", undefined],
  ])("hands the id %s of a call back as %s: none that the provider did not make", (id, expected) => {
    const messages = [
      ASK,
      { role: "assistant", tool_calls: [call(id, "f")] },
      { role: "tool", tool_call_id: id, content: "x" },
    ];
    const { body } = sent({ tools: TOOLS, messages });
    expect(body.contents[1].parts[0].functionCall.id).toBe(expected);
    expect(body.contents[2].parts[0].functionResponse.id).toBe(expected);
  });

  it("G12: asks for several candidates, stops where it is to and has its seed; probabilities are refused", () => {
    expect(sent({ n: 3 }).body.generationConfig.candidateCount).toBe(3);
    expect(sent({ n: 1 }).body.generationConfig).not.toHaveProperty("candidateCount");
    expect(sent({ stop: "END", seed: 0 }).body.generationConfig).toMatchObject({ stopSequences: ["END"], seed: 0 });
    expect(sent({ stop: ["A", "B"] }).body.generationConfig.stopSequences).toEqual(["A", "B"]);
    expect(refusal({ logprobs: true }).param).toBe("logprobs");
    expect(refusal({ top_logprobs: 3 }).param).toBe("top_logprobs");
  });

  it("G5: hands a signature back, and puts the documented dummy on the first of unsigned calls only", () => {
    const signature = { extra_content: { google: { thought_signature: "c2ln" } } };
    const partsOf = (first: object, upstream_id?: string) =>
      sent(
        {
          tools: TOOLS,
          messages: [ASK, { role: "assistant", tool_calls: [call("c1", "f", first), call("c2", "g")] }],
        },
        upstream_id,
      ).body.contents[1].parts.map((part: { thoughtSignature?: string }) => part.thoughtSignature ?? null);
    expect(partsOf(signature)).toEqual(["c2ln", null]);
    expect(partsOf({})).toEqual(["skip_thought_signature_validator", null]);
    expect(partsOf({}, "gemini-2.5-flash")).toEqual([null, null]);
  });

  it("G13: leaves a place for an image by its URL, and asks for it", () => {
    const url = "https://images.example/a.png";
    const messages = [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }];
    expect(sent({ messages }).remote_media).toEqual([url]);
  });

  it.each<[object, string]>([
    [{ messages: [ASK, { role: "tool", tool_call_id: "x", content: "y" }] }, "messages[1].tool_call_id"],
    [{ tool_choice: "required" }, "tool_choice"],
    [{ tools: TOOLS, tool_choice: { type: "function", function: { name: "h" } } }, "tool_choice"],
    [{ logprobs: true }, "logprobs"],
  ])("with %j is refused, naming %s", (change, param) => {
    expect(refusal(change).param).toBe(param);
  });

  it("names what it leaves out of a message", () => {
    const messages = [
      { ...ASK, name: "Ann" },
      { role: "assistant", content: "x", reasoning_content: "hm" },
    ];
    expect(sent({ messages }).warnings).toHaveLength(2);
  });
});

const PLAIN = { call: { url: "", headers: {}, body: "" }, warnings: [], tool_names: new Map(), json_tool: null };
const END = { event: END_OF_STREAM, data: "" };

const fold = (events: readonly UpstreamEvent[]): readonly Part[] => {
  let state = gemini.stream.initial(PLAIN);
  return events.flatMap((event) => {
    const step = gemini.stream.step(state, event);
    state = step.state;
    return step.parts;
  });
};
const eventOf = (event: object): UpstreamEvent => ({ event: null, data: JSON.stringify(event) });

/** A stream that came to its end. */
const read = (...events: readonly object[]): readonly Part[] => fold([...events.map(eventOf), END]);
const whole = (body: object): readonly Part[] => gemini.readWhole(JSON.parse(JSON.stringify(body)), PLAIN);

const said = (parts: readonly object[], more: object = {}): JsonObject =>
  JSON.parse(JSON.stringify({ responseId: "r", candidates: [{ content: { parts }, ...more }] }));

const usage = (parts: readonly Part[]) => parts.findLast((part) => part.type === "usage");
const finish = (parts: readonly Part[]) => parts.find((part) => part.type === "finish");

it("G6: a whole answer that stopped with a call finishes with it", () => {
  const body = said([{ functionCall: { name: "f", args: {} } }], { finishReason: "STOP" });
  expect(finish(whole(body))).toMatchObject({ reason: "tool_calls", raw: "STOP" });
});

describe("a stream", () => {
  it("G6, G7: numbers calls over its chunks, and finishes with them also in a later empty one", () => {
    const parts = read(
      said([{ text: "Hi" }, { functionCall: { name: "f", args: {} } }]),
      said([{ functionCall: { name: "g", args: { a: 1 } } }]),
      said([], { finishReason: "STOP" }),
    );
    const calls = parts.flatMap((part) => (part.type === "tool_call" ? [[part.index, part.name]] : []));
    expect(calls).toEqual([
      [0, "f"],
      [1, "g"],
    ]);
    expect(finish(parts)).toMatchObject({ reason: "tool_calls" });
    expect(parts.at(-1)).toEqual({ type: "end" });
  });

  it.each([
    ["STOP", "stop"],
    ["MAX_TOKENS", "length"],
    ["SAFETY", "content_filter"],
    ["RECITATION", "content_filter"],
    ["BLOCKLIST", "content_filter"],
    ["PROHIBITED_CONTENT", "content_filter"],
    ["SPII", "content_filter"],
  ])("that ends with %s ended by %s, streamed and whole", (raw, reason) => {
    const answer = said([{ text: "Hi" }], { finishReason: raw });
    for (const parts of [read(answer), whole(answer)]) expect(finish(parts)).toMatchObject({ reason, raw });
  });

  it("keeps a call's signature, streamed and whole", () => {
    const answer = said([{ functionCall: { name: "f" }, thoughtSignature: "c2ln" }], { finishReason: "STOP" });
    for (const parts of [read(answer), whole(answer)]) {
      expect(parts).toContainEqual(expect.objectContaining({ type: "tool_call", name: "f", signature: "c2ln" }));
    }
  });

  it("G8: counts thoughts as reasoning, what tools put in as prompt, and takes the cached out", () => {
    const usageMetadata = {
      promptTokenCount: 10,
      cachedContentTokenCount: 4,
      toolUsePromptTokenCount: 3,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 100,
    };
    expect(usage(read({ ...said([{ text: "x" }], { finishReason: "STOP" }), usageMetadata }))).toEqual({
      type: "usage",
      usage: { input: 9, cached_read: 4, output: 5, reasoning: 100 },
    });
  });

  it("G9: of a blocked prompt is one finish by the filter, its usage kept", () => {
    const parts = read({ promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 8 } });
    expect(finish(parts)).toMatchObject({ reason: "content_filter", raw: "SAFETY" });
    expect(usage(parts)).toMatchObject({ usage: { input: 8 } });
  });

  it("charges audio and images by their own components, what came of them from the cache as cached", () => {
    const details = (...counts: readonly [string, number][]) =>
      counts.map(([modality, tokenCount]) => ({ modality, tokenCount }));
    const usageMetadata = {
      promptTokenCount: 400,
      cachedContentTokenCount: 60,
      promptTokensDetails: details(["TEXT", 42], ["AUDIO", 100], ["IMAGE", 258]),
      cacheTokensDetails: details(["AUDIO", 60]),
      candidatesTokenCount: 1_300,
      candidatesTokensDetails: details(["IMAGE", 1_290], ["AUDIO", 4]),
      thoughtsTokenCount: 7,
    };
    expect(usage(read({ ...said([{ text: "x" }], { finishReason: "STOP" }), usageMetadata }))).toEqual({
      type: "usage",
      usage: {
        input: 42,
        cached_read: 60,
        audio_input: 40,
        image_input: 258,
        output: 6,
        audio_output: 4,
        image_output: 1_290,
        reasoning: 7,
      },
    });
  });

  it("never charges for more than the totals, whatever the details say", () => {
    const usageMetadata = {
      promptTokenCount: 10,
      promptTokensDetails: [{ modality: "IMAGE", tokenCount: 258 }],
      candidatesTokenCount: 2,
    };
    expect(usage(read({ ...said([], { finishReason: "STOP" }), usageMetadata }))).toMatchObject({
      usage: { input: 0, image_input: 10, output: 2 },
    });
  });

  it("G9: tells why a prompt was blocked, where the provider says so", () => {
    const parts = whole({ promptFeedback: { blockReason: "MODEL_ARMOR", blockReasonMessage: "Not here." } });
    expect(parts.map(({ type }) => type)).toEqual(["start", "refusal", "finish", "end"]);
    const rated = whole({ promptFeedback: { safetyRatings: [{ category: "c", blocked: true }] } });
    expect(finish(rated)).toMatchObject({ reason: "content_filter" });
  });

  it.each([{}, { candidates: [] }, { candidates: [], promptFeedback: {} }, said([{ text: "x" }])])(
    "that says neither an end nor a reason is an error: %j",
    (body) => {
      expect(whole(body).at(-1)).toMatchObject({ type: "error" });
      expect(read(body).some(({ type }) => type === "end")).toBe(false);
    },
  );

  it("G10: whose bound was eaten by thoughts ends with length", () => {
    expect(finish(read(said([], { finishReason: "MAX_TOKENS" })))).toMatchObject({ reason: "length" });
  });

  it("G14: with a call that cannot be read is an error and has no end", () => {
    const parts = read(said([], { finishReason: "MALFORMED_FUNCTION_CALL" }));
    expect(parts.map(({ type }) => type)).toEqual(["start", "error"]);
  });

  it("bills the usage that comes behind the reason, and ends with its last event", () => {
    const parts = read(
      { ...said([{ text: "x" }]), usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1 } },
      said([], { finishReason: "STOP" }),
      { usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 40 } },
    );
    expect(usage(parts)).toMatchObject({ usage: { input: 3, output: 40 } });
    expect(parts.map(({ type }) => type)).toEqual(["start", "text", "usage", "finish", "usage", "end"]);
  });

  it("is whole once every candidate has finished, also if it breaks off then", () => {
    const complete = (...events: readonly object[]) => {
      const state = events.reduce(
        (before: GeminiState, event) => gemini.stream.step(before, eventOf(event)).state,
        gemini.stream.initial(PLAIN),
      );
      return gemini.stream.isComplete?.(state);
    };
    const [open, done] = [said([{ text: "x" }]), said([], { finishReason: "STOP" })];
    expect([complete(), complete(open), complete(open, done)]).toEqual([false, false, true]);
  });

  it("ends when its bytes end, however they came", () => {
    const bytes = new TextEncoder().encode(
      `data: ${JSON.stringify(said([{ text: "ü" }], { finishReason: "STOP" }))}\n\n`,
    );
    const reader = createReader();
    const events = [...bytes].flatMap((byte) => reader.feed(new Uint8Array([byte])));
    expect(fold(events).map(({ type }) => type)).toEqual(["start", "text", "finish"]);
    expect(fold([...events, ...reader.end()]).at(-1)).toEqual({ type: "end" });
  });

  it("of several candidates is several choices, which end when all have finished", () => {
    const candidate = (index: number, text: string, more: object = {}) => ({
      index,
      content: { parts: [{ text }] },
      ...more,
    });
    const chunks = [
      { responseId: "r", candidates: [candidate(0, "a"), candidate(1, "b")] },
      { candidates: [candidate(1, "B", { finishReason: "MAX_TOKENS" })] },
    ];
    const last = { candidates: [candidate(0, "A", { finishReason: "STOP" })] };
    expect(read(...chunks).some(({ type }) => type === "end")).toBe(false);
    const parts = read(...chunks, last);
    const textOf = (choice: number) =>
      parts.map((part) => (part.type === "text" && part.choice === choice ? part.text : "")).join("");
    expect([textOf(0), textOf(1)]).toEqual(["aA", "bB"]);
    expect(parts.filter(({ type }) => type === "finish")).toMatchObject([
      { choice: 1, reason: "length" },
      { choice: 0, reason: "stop" },
    ]);
    expect(parts.at(-1)).toEqual({ type: "end" });
  });

  it("numbers the calls of each candidate by itself", () => {
    const parts = whole({
      candidates: [0, 1].map((index) => ({
        index,
        content: { parts: [{ functionCall: { name: "f" } }] },
        finishReason: "STOP",
      })),
    });
    const calls = parts.flatMap((part) => (part.type === "tool_call" ? [part] : []));
    expect(calls.map(({ choice, index }) => [choice, index])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
  });

  it("makes up ids that no other answer has, also where the answer has no id", () => {
    const ids = [1, 2].flatMap(() =>
      read({ candidates: [{ content: { parts: [{ functionCall: { name: "f" } }] } }] }).flatMap((part) =>
        part.type === "tool_call" ? [part.id] : [],
      ),
    );
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^call_[0-9a-f]{32}_0_0$/);
  });

  it.each([
    ["OTHER", [{ text: "x" }], "stop"],
    ["A_NEW_ONE", [{ functionCall: { name: "f" } }], "tool_calls"],
    ["IMAGE_PROHIBITED_CONTENT", [], "content_filter"],
    ["MODEL_ARMOR", [{ text: "x" }], "content_filter"],
  ])("that ended with %s behind %j finishes with %s, and keeps the reason", (raw, parts, reason) => {
    expect(finish(read(said(parts, { finishReason: raw })))).toEqual({ type: "finish", choice: 0, reason, raw });
  });

  it.each(["OTHER", "A_NEW_ONE", "MALFORMED_RESPONSE", "NO_IMAGE"])(
    "that said nothing and ended with %s is an error that names it",
    (raw) => {
      const parts = read(said([{ text: "hm", thought: true }], { finishReason: raw }));
      expect(finish(parts)).toBeUndefined();
      expect(parts).toContainEqual({
        type: "error",
        error: expect.objectContaining({ code: raw, message: expect.stringContaining(raw) }),
      });
    },
  );

  it("that is cut before its reason has no end", () => {
    expect(read(said([{ text: "x" }])).some(({ type }) => type === "end")).toBe(false);
  });
});

describe("an error", () => {
  it("G15: may be wrapped in an array, and says when to come again", () => {
    const body = JSON.stringify([
      { error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "m", details: [{ retryDelay: "34.6s" }] } },
    ]);
    expect(gemini.readError(429, new Headers(), body)).toMatchObject({
      class: "rate_limited",
      code: "RESOURCE_EXHAUSTED",
      retry_after_ms: 34_600,
    });
  });
});

describe("the list of models", () => {
  const account = { ...ACCOUNT, base_url: "https://g.example/v1beta" };

  it("goes on where the provider says that there is more", () => {
    const listing = gemini.listModels?.(account);
    const models = [{ name: "models/gemini-2.5-flash" }];
    expect(listing?.read({ models, nextPageToken: "a b&c" })).toEqual({
      ids: ["gemini-2.5-flash"],
      next_url: "https://g.example/v1beta/models?pageSize=1000&pageToken=a%20b%26c",
    });
    expect(listing?.read({ models, nextPageToken: "" }).next_url).toBeNull();
    expect(listing?.read({ models }).next_url).toBeNull();
  });
});
