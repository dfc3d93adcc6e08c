import { beforeEach, describe, expect, it } from "vitest";
import { chunksOf, dataOf } from "../dialects/openai-chat/read-chunks.ts";
import { quietLogs } from "../fixtures.ts";
import {
  asked,
  boundaries,
  cutAt,
  inPieces,
  PROMPT,
  rewritten,
  STREAM_KINDS,
  WEATHER,
  type Written,
  written,
} from "./sandbox-stream.ts";

beforeEach(() => {
  quietLogs();
});

const TOOLS = { tools: [WEATHER], tool_choice: "required" };
const WITH_USAGE = { stream_options: { include_usage: true } };

const finishesIn = (text: string) =>
  chunksOf(text).flatMap(({ choices = [] }) => choices.flatMap(({ finish_reason }) => finish_reason ?? []));
const textIn = (text: string) =>
  chunksOf(text)
    .flatMap(({ choices = [] }) => choices.map(({ delta }) => delta.content ?? ""))
    .join("");
/** The chunks of the answer: without the totals behind it, and without what Azure says of the prompt in front of it. */
const saidIn = (text: string) => chunksOf(text).filter(({ choices }) => choices.length > 0);
const callsIn = (steps: readonly string[]) => steps.filter((step) => step === "upstream");

describe.each(STREAM_KINDS)("a stream of the kind $kind", (kind) => {
  const through = (model: string, stream: Written, change: object = {}, piece_bytes?: number) =>
    asked(kind, model, () => inPieces(stream, piece_bytes), change);

  it("S1, S6: is the same to the byte, however the provider's bytes are cut", async () => {
    for (const [model, change] of [
      ["echo", {}],
      ["tools", TOOLS],
    ] as const) {
      const stream = await written(kind, model, change);
      const { text } = await through(model, stream, change);
      if (model === "echo") expect(textIn(text)).toBe(PROMPT);
      else expect(text).toContain('"tool_calls"');
      expect(dataOf(text).at(-1)).toBe("[DONE]");
      for (const piece_bytes of [1, 2, 3, 7]) {
        expect((await through(model, stream, change, piece_bytes)).text).toBe(text);
      }
    }
  });

  it("S7, W4: cut behind any event is an error and no success, is charged as incomplete, and asks nobody else", async () => {
    const stream = await written(kind, "echo");
    const ends = boundaries(stream);
    expect(ends.length).toBeGreaterThan(2);
    const { text: whole } = await through("echo", stream);
    for (const end of [0, ...ends.slice(0, -1)]) {
      const { text, response, steps, settled } = await through("echo", cutAt(stream, end));
      expect(callsIn(steps)).toHaveLength(1);
      if (response.status !== 200) {
        expect(response.status).toBe(502);
        continue;
      }
      const [outcome] = settled.map(({ record }) => record.outcome);
      if (kind.reason_ends && finishesIn(text).length > 0) {
        expect(outcome).toBe("completed");
        continue;
      }
      expect(outcome).toBe("incomplete");
      expect(text).not.toContain("[DONE]");
      expect(JSON.parse(dataOf(text).at(-1) ?? "")).toMatchObject({ error: { code: "upstream_error" } });
      // What the provider itself has said of its end passes; nothing is made up.
      expect(finishesIn(whole)).toEqual(expect.arrayContaining(finishesIn(text)));
      expect(whole.startsWith(text.slice(0, text.lastIndexOf("data: ")))).toBe(true);
    }
  });

  it("S8, W4: that fails behind output says so, and neither finishes, nor ends, nor goes on elsewhere", async () => {
    const { text, steps, settled } = await through("error-mid-stream", await written(kind, "error-mid-stream"));
    expect(textIn(text)).not.toBe("");
    expect(finishesIn(text)).toEqual([]);
    expect(text).not.toContain("[DONE]");
    expect(JSON.parse(dataOf(text).at(-1) ?? "")).toMatchObject({ error: { message: expect.any(String) } });
    expect(callsIn(steps)).toHaveLength(1);
    expect(settled).toMatchObject([{ record: { outcome: "upstream_error" } }]);
  });

  it("S9: whose first event is an error is an HTTP error, and nothing is paid", async () => {
    const stream = await written(kind, "error-first-event");
    const { response, text, steps } = await through("error-first-event", stream);
    expect(response.status).toBeGreaterThanOrEqual(429);
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(JSON.parse(text)).toMatchObject({ error: { message: expect.any(String), type: expect.any(String) } });
    // It may pass, so it is asked again; one hold ends once.
    expect([...new Set(steps.filter((step) => step !== "admit"))]).toEqual(["upstream", "release"]);
    expect(steps.filter((step) => step === "release")).toHaveLength(1);
  });

  it("S10, S12: has one identity, the role once, the choice's index, and no reason before its last", async () => {
    for (const [model, change] of [
      ["echo", {}],
      ["tools", TOOLS],
    ] as const) {
      const { text } = await through(model, await written(kind, model, change), change);
      const chunks = saidIn(text);
      expect(new Set(chunks.map(({ id, created }) => `${id} ${created}`)).size).toBe(1);
      const choices = chunks.flatMap((chunk) => chunk.choices);
      expect(choices.map(({ delta }) => delta.role).filter((role) => role !== undefined)).toEqual(["assistant"]);
      expect(choices[0]?.delta.role).toBe("assistant");
      expect(choices.every(({ index }) => index === 0)).toBe(true);
      expect(choices.map(({ finish_reason }) => finish_reason ?? null)).toEqual([
        ...choices.slice(1).map(() => null),
        model === "echo" ? "stop" : "tool_calls",
      ]);
    }
  });

  it("S11: tells usage once, in a chunk of its own before [DONE], where it is asked for, and nowhere else", async () => {
    const told = await through("echo", await written(kind, "echo", WITH_USAGE), WITH_USAGE);
    const said = saidIn(told.text);
    expect(said.map(({ usage }) => usage)).toEqual(said.map(() => null));
    const last = chunksOf(told.text).at(-1);
    expect(last).toMatchObject({ choices: [], usage: { prompt_tokens: expect.any(Number) } });
    expect(last?.usage?.total_tokens).toBeGreaterThan(0);
    expect(dataOf(told.text).at(-1)).toBe("[DONE]");
    for (const change of [{}, { stream_options: { include_usage: false } }]) {
      // It is asked of the provider all the same: that is what is billed.
      const { text, settled } = await through("echo", await written(kind, "echo", change), change);
      expect(text).not.toContain('"usage"');
      expect(chunksOf(text).at(-1)?.choices).toHaveLength(1);
      expect(settled).toMatchObject([{ record: { usage_source: "provider" } }]);
      expect(settled[0]?.cost_nano_usd).toBe(told.settled[0]?.cost_nano_usd);
    }
  });
});

describe.each(STREAM_KINDS.filter(({ kind }) => kind !== "bedrock"))("server-sent events of $kind", (kind) => {
  const noise = [
    ": keepalive\n\n",
    ":keepalive\n: two\n",
    "\n\n",
    // Of the caller's own dialect everything passes, also what nobody knows.
    ...(kind.passes ? [] : ['event: brand_new\ndata: {"type":"brand_new","x":1}\n\n']),
  ];

  it.each(noise)(
    "S2, S3, S4, S5: are the same with any line ends, a mark at the beginning, and %j between",
    async (between) => {
      const stream = await written(kind, "echo");
      const { text } = await asked(kind, "echo", () => inPieces(stream));
      for (const line_end of ["\n", "\r", "\r\n"]) {
        for (const piece_bytes of [1, 65_536]) {
          const noisy = rewritten(stream, line_end, between);
          expect((await asked(kind, "echo", () => inPieces(noisy, piece_bytes))).text).toBe(text);
        }
      }
    },
  );
});
