import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPassRenderer } from "../../../../../workers/gateway/dialects/openai-chat/pass-stream.ts";
import type { StreamTail } from "../../../../../workers/gateway/dialects/stream-renderer.ts";
import type { UpstreamEvent } from "../../../../../workers/gateway/providers/kit/provider.ts";
import { createSseReader } from "../../../../../workers/gateway/providers/kit/sse.ts";
import { openai } from "../../../../../workers/gateway/providers/openai/openai.ts";
import { chunk, eventOf, PLAIN, USAGE } from "../../../providers/openai/fixtures.ts";
import { chunksOf, dataOf } from "./read-chunks.ts";

const IDENTITY = { id: "chatcmpl-ours", created: 1, model: "ours" };
const UPSTREAM = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_760_000_000, model: "gpt-x" };
const TAIL: StreamTail = { usage: { input: 12, output: 3 }, ao: null };
const AO = { cost_usd: "0.000000100" };
const DONE = "data: [DONE]\n\n";

/** A renderer fed as the relay feeds it: each event with what the provider's fold makes of it. */
function passing(include_usage: boolean) {
  const renderer = createPassRenderer({ identity: IDENTITY, include_usage });
  let state = openai.stream.initial(PLAIN);
  return {
    ...renderer,
    feed: (...events: readonly UpstreamEvent[]): string =>
      events
        .map((event) => {
          const step = openai.stream.step(state, event);
          state = step.state;
          return renderer.event(event, step.parts);
        })
        .join(""),
  };
}
const raw = (data: string): UpstreamEvent => ({ event: null, data });
/** The same behind the first chunk of the answer. */
function begun(include_usage: boolean) {
  const renderer = passing(include_usage);
  renderer.feed(eventOf(chunk({ content: "a" })));
  return renderer;
}

describe("what passes", () => {
  it("is each event's data as it came, byte by byte, when usage was asked for", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, spaced) => {
        const data = JSON.stringify(
          { ...chunk({ content: "x" }), usage: null, extra: value },
          null,
          spaced ? " " : "",
        ).replaceAll("\n", "");
        expect(passing(true).feed(raw(data))).toBe(`data: ${data}\n\n`);
      }),
    );
  });

  it("is the data as it came also when usage was not asked for and is not there", () => {
    const data =
      '{ "id" : "a" ,"choices":[ {"index":0,"delta":{"content":"\\u00e9 \\/ \\"usage\\":null é👋"}} ], "n":1.0e2}';
    expect(passing(false).feed(raw(data))).toBe(`data: ${data}\n\n`);
  });

  it("keeps the names of events", () => {
    const { data } = eventOf(chunk({ content: "a" }));
    expect(passing(true).feed({ event: "brand_new", data })).toBe(`event: brand_new\ndata: ${data}\n\n`);
    expect(passing(false).feed({ event: "brand_new", data })).toBe(`event: brand_new\ndata: ${data}\n\n`);
    const finish = eventOf(chunk({}, { usage: USAGE }, { finish_reason: "stop" }));
    expect(passing(false).feed({ event: "last", data: finish.data })).toMatch(/^event: last\ndata: \{.*\}\n\n$/);
  });

  it("is one event also when its data has several lines", () => {
    const value = { ...chunk({ content: "a" }), n: [1, 2] };
    for (const include_usage of [true, false]) {
      for (const more of [{}, { usage: null }]) {
        const out = passing(include_usage).feed(raw(JSON.stringify({ ...value, ...more }, null, 1)));
        const [event, ...others] = createSseReader().feed(new TextEncoder().encode(out));
        expect(others).toEqual([]);
        expect(JSON.parse(event?.data ?? "")).toEqual(include_usage ? { ...value, ...more } : value);
      }
    }
  });

  it("is not the terminal event: the end writes it once, behind what it adds", () => {
    const renderer = passing(true);
    const out = renderer.feed(eventOf(chunk({ content: "a" })), raw("[DONE]")) + renderer.end(TAIL);
    expect(out.match(/\[DONE\]/g)).toHaveLength(1);
    expect(out.endsWith(DONE)).toBe(true);
  });

  it("is not the provider's error: the relay writes the envelope", () => {
    expect(passing(true).feed(eventOf({ error: { message: "secret detail" } }))).toBe("");
  });
});

describe("the start of a stream", () => {
  const FILTERS = {
    choices: [],
    created: 0,
    id: "",
    model: "",
    object: "",
    prompt_filter_results: [{ prompt_index: 0 }],
  };
  const first = eventOf(chunk({ role: "assistant", content: "" }));
  const data = (event: UpstreamEvent): string => `data: ${event.data}\n\n`;

  it("Z2: is held back while it has no choice, and comes in full with the first one", () => {
    const renderer = passing(true);
    expect(renderer.feed(eventOf(FILTERS), eventOf(FILTERS))).toBe("");
    expect(renderer.feed(first)).toBe(data(eventOf(FILTERS)).repeat(2) + data(first));
    expect(renderer.feed(eventOf(FILTERS))).toBe(data(eventOf(FILTERS)));
  });

  it("Z7: that ends in an error was never delivered, so that the error has a status of its own", () => {
    const renderer = passing(true);
    expect(renderer.feed(eventOf(FILTERS), eventOf({ error: { code: "429", message: "m" } }))).toBe("");
  });

  it("is a first chunk with a choice, which goes out at once though it says nothing yet", () => {
    expect(passing(true).feed(first)).toBe(data(first));
  });

  it("is not lost where nothing comes behind it: the end and a cut bring it", () => {
    for (const ending of ["end", "cut"] as const) {
      const renderer = passing(true);
      renderer.feed(eventOf(FILTERS));
      expect(renderer[ending](TAIL).startsWith(data(eventOf(FILTERS)))).toBe(true);
      expect(renderer.end(TAIL)).not.toContain("prompt_filter_results");
    }
  });

  it("is not held back for ever", () => {
    const renderer = passing(true);
    const many = Array.from({ length: 40 }, () => eventOf({ type: "ping" }));
    expect(dataOf(renderer.feed(...many))).toHaveLength(40);
  });
});

describe("usage that the caller did not ask for", () => {
  it.each([
    ["last", '{"id":"a","choices":[],"usage":null}', '{"id":"a","choices":[]}'],
    ["in the middle", '{"id":"a","usage":null,"choices":[]}', '{"id":"a","choices":[]}'],
    ["first", '{"usage":null,"id":"a","choices":[]}', '{"id":"a","choices":[]}'],
    ["alone", '{"usage":null}', "{}"],
    ["with spaces", '{"id": "a" , "usage" : null , "choices": []}', '{"id": "a" , "choices": []}'],
  ])("is taken out where it is null and %s", (_name, data, expected) => {
    const [out = ""] = dataOf(begun(false).feed(raw(data)));
    expect(JSON.parse(out)).toEqual(JSON.parse(expected));
  });

  it("is taken out of the chunk itself and of nothing inside it", () => {
    const inner = { x_server: { a: 1, usage: null }, choices: [{ index: 0, delta: { content: "a" }, usage: null }] };
    for (const value of [
      { ...inner, usage: null },
      { usage: null, ...inner },
      { id: "a", usage: null, ...inner },
    ]) {
      const { usage: _usage, ...expected } = value;
      expect(chunksOf(passing(false).feed(raw(JSON.stringify(value))))).toEqual([expected]);
    }
    expect(chunksOf(passing(false).feed(raw(JSON.stringify(inner))))).toEqual([inner]);
  });

  it("is left where it is text: whatever a model writes arrives", () => {
    const hostile = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            ',"usage":null',
            '"usage":null',
            ",",
            '"',
            "\\",
            "\n",
            " ",
            "usage",
            ":null",
            '\\"usage\\":null,',
            "}",
            "{",
          ),
          fc.string({ unit: "grapheme", maxLength: 4 }),
        ),
        { maxLength: 8 },
      )
      .map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(hostile, hostile, fc.constantFrom("none", "first", "last"), (content, name, where) => {
        const value = {
          id: "a",
          choices: [{ index: 0, delta: { content, tool_calls: [{ index: 0, id: name }] } }],
          // Without backslashes: V8's JSON.parse takes {"x\\n":""} for {"x\\\\":""} once it has seen the latter.
          [`x${name.replaceAll("\\", "")}`]: content,
        };
        const sent = {
          ...(where === "first" ? { usage: null } : {}),
          ...value,
          ...(where === "last" ? { usage: null } : {}),
        };
        expect(chunksOf(passing(false).feed(raw(JSON.stringify(sent))))).toEqual([value]);
        expect(chunksOf(passing(true).feed(raw(JSON.stringify(sent))))).toEqual([sent]);
      }),
      { numRuns: 1_000 },
    );
  });

  it("leaves nothing of the chunk that has only usage", () => {
    expect(passing(false).feed(eventOf(chunk(null, { usage: USAGE })))).toBe("");
  });

  it("leaves the finish of the chunk that has both", () => {
    const event = eventOf(chunk({}, { usage: USAGE, x_groq: { id: "r" } }, { finish_reason: "stop" }));
    expect(chunksOf(passing(false).feed(event))).toEqual([
      chunk({}, { x_groq: { id: "r" } }, { finish_reason: "stop" }),
    ]);
  });

  it("S11: never appears in a whole stream", () => {
    const renderer = passing(false);
    const out =
      renderer.feed(
        eventOf(chunk({ role: "assistant", content: "" }, { usage: null })),
        eventOf(chunk({ content: "a" }, { usage: null })),
        eventOf(chunk({}, { usage: null }, { finish_reason: "stop" })),
        eventOf(chunk(null, { usage: USAGE })),
        raw("[DONE]"),
      ) + renderer.end(TAIL);
    expect(out).not.toContain("usage");
    expect(chunksOf(out)).toHaveLength(3);
  });
});

describe("the end", () => {
  it("adds the usage that was asked for and that the provider did not send, under the provider's identity", () => {
    const renderer = passing(true);
    renderer.feed(eventOf(chunk({ content: "a" })));
    expect(chunksOf(renderer.end(TAIL))).toEqual([
      { ...UPSTREAM, choices: [], usage: expect.objectContaining({ prompt_tokens: 12, total_tokens: 15 }) },
    ]);
  });

  it("adds none when the provider has sent it, on a chunk of its own or with the finish", () => {
    for (const last of [chunk(null, { usage: USAGE }), chunk({}, { usage: USAGE }, { finish_reason: "stop" })]) {
      const renderer = begun(true);
      renderer.feed(eventOf(last));
      expect(renderer.end(TAIL)).toBe(DONE);
    }
  });

  it("is [DONE] alone when nothing was asked for", () => {
    expect(passing(false).end(TAIL)).toBe(DONE);
  });

  it("has the platform's figures in a chunk of the provider's identity", () => {
    for (const include_usage of [true, false]) {
      const renderer = passing(include_usage);
      renderer.feed(eventOf(chunk({ content: "a" })), eventOf(chunk(null, { usage: USAGE })));
      const chunks = chunksOf(renderer.end({ ...TAIL, ao: AO }));
      expect(chunks).toEqual([{ ...UPSTREAM, choices: [], ao: AO }]);
    }
  });

  it("keeps that identity when the last chunk has none, as Azure's filter results", () => {
    const renderer = passing(false);
    const filter = { choices: [{ index: 0, content_filter_results: {} }], created: 0, id: "", model: "", object: "" };
    renderer.feed(eventOf(chunk({ content: "a" })), eventOf(filter), raw("junk"));
    expect(chunksOf(renderer.end({ ...TAIL, ao: AO }))).toEqual([{ ...UPSTREAM, choices: [], ao: AO }]);
  });

  it("has our identity when the provider gave none", () => {
    expect(chunksOf(passing(false).end({ ...TAIL, ao: AO }))).toEqual([
      { ...IDENTITY, object: "chat.completion.chunk", choices: [], ao: AO },
    ]);
  });
});

describe("an answer that is cut", () => {
  it("finishes with length under the provider's identity, then ends as always", () => {
    const renderer = passing(true);
    renderer.feed(eventOf(chunk({ content: "a" }, { usage: null })));
    const out = renderer.cut({ ...TAIL, ao: { cut: "wallet_exhausted" } });
    expect(chunksOf(out)).toMatchObject([
      { ...UPSTREAM, choices: [{ index: 0, delta: {}, finish_reason: "length" }] },
      { ...UPSTREAM, choices: [], usage: { total_tokens: 15 }, ao: { cut: "wallet_exhausted" } },
    ]);
    expect(out.endsWith(DONE)).toBe(true);
  });

  it("finishes every open choice, and none twice", () => {
    const renderer = passing(false);
    renderer.feed(
      eventOf(chunk({ content: "a" })),
      eventOf(chunk({ content: "b" }, {}, { index: 1 })),
      eventOf(chunk({}, {}, { finish_reason: "stop" })),
      eventOf(chunk({ content: "c" }, {}, { index: 2 })),
    );
    const finishes = chunksOf(renderer.cut(TAIL)).flatMap(({ choices }) => choices);
    expect(finishes.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [1, "length"],
      [2, "length"],
    ]);
  });

  it("finishes also when the event that finished it is the one that could not be delivered", () => {
    const renderer = passing(false);
    renderer.feed(eventOf(chunk({ content: "a" }, {}, { finish_reason: "stop" })));
    expect(chunksOf(renderer.cut(TAIL)).map(({ choices }) => choices[0]?.finish_reason)).toEqual(["length"]);
  });

  it("has usage null beside the finish where usage was asked for", () => {
    const renderer = passing(true);
    renderer.feed(eventOf(chunk({ content: "a" }, { usage: null })));
    expect(chunksOf(renderer.cut(TAIL)).map(({ usage }) => usage?.total_tokens ?? usage)).toEqual([null, 15]);
  });
});

it("an error is the envelope alone", () => {
  const body = { error: { message: "m", type: "api_error", code: "upstream_error", param: null, request_id: "r" } };
  expect(passing(true).error(body)).toBe(`data: ${JSON.stringify(body)}\n\n`);
});

it("Z3: a choice without a delta, which says nothing and breaks clients, does not go on", () => {
  const report = { id: "", object: "", choices: [{ index: 0, finish_reason: null, content_filter_results: {} }] };
  expect(begun(true).feed(raw(JSON.stringify(report)))).toBe("");
});
