import { describe, expect, it } from "vitest";
import {
  bodyOf,
  CLAUDE,
  call,
  fn,
  GPT_OSS,
  LLAMA,
  NOVA,
  OLD_CLAUDE,
  refusalOf,
  translated,
  user,
  warningsOf,
} from "./fixtures.ts";

const PIXEL = "data:image/png;base64,iVBORw0KGgo=";
const PDF = "data:application/pdf;base64,JVBERi0x";
const SCHEMA = {
  type: "object",
  properties: { place: { type: "string" } },
  required: ["place"],
  additionalProperties: false,
};
const json_schema = { type: "json_schema", json_schema: { name: "place", schema: SCHEMA } };
const history = [
  user("Go"),
  { role: "assistant", content: null, tool_calls: [call("c1", "look", ""), call("c2", "hear", '{"q":"a"}')] },
  { role: "tool", tool_call_id: "c2", content: "two", is_error: true },
  { role: "tool", tool_call_id: "c1", content: "" },
];

describe("a Converse request", () => {
  it("has instructions apart, turns of neighbours merged, and Converse's own parameters", () => {
    const body = bodyOf({
      messages: [
        { role: "system", content: "Be brief." },
        user("a"),
        user("b"),
        { role: "developer", content: "Now." },
      ],
      max_tokens: 100,
      temperature: 0.5,
      stop: ["END", " "],
    });
    expect(body).toEqual({
      system: [{ text: "Be brief." }, { text: "Now." }],
      messages: [{ role: "user", content: [{ text: "a" }, { text: "b" }] }],
      inferenceConfig: { maxTokens: 100, temperature: 0.5, stopSequences: ["END"] },
    });
  });

  it("bounds the output by what was paid for, else by the model", () => {
    expect(bodyOf({}, CLAUDE, 77).inferenceConfig).toEqual({ maxTokens: 77 });
    expect(bodyOf({}).inferenceConfig).toEqual({ maxTokens: 64_000 });
  });

  it.each([
    ["Claude's field", CLAUDE, { top_k: 5 }, []],
    ["Nova's field", NOVA, { inferenceConfig: { topK: 5 } }, []],
    ["nothing elsewhere", LLAMA, undefined, ["top_k left out: not possible with this model"]],
  ])("sends top_k as %s", (_where, model, fields, warnings) => {
    expect(bodyOf({ top_k: 5 }, model).additionalModelRequestFields).toEqual(fields);
    expect(warningsOf({ top_k: 5 }, model)).toEqual(warnings);
  });

  it("refuses what would be another question and names what it leaves out", () => {
    expect(refusalOf({ temperature: 1.5 })).toMatchObject({ param: "temperature" });
    expect(refusalOf({ n: 2 })).toMatchObject({ param: "n" });
    expect(refusalOf({ logprobs: true })).toMatchObject({ param: "logprobs" });
    expect(warningsOf({ seed: 1, service_tier: "flex", user: "u", unknown_field: 1 })).toEqual([
      "seed left out: the provider has no equivalent",
      "user left out: the provider has no equivalent",
      "service_tier left out: the provider has no equivalent",
      "unknown_field left out: the provider has no equivalent",
    ]);
    expect(warningsOf({ service_tier: "auto", n: 1, parallel_tool_calls: false })).toEqual([]);
  });
});

describe("messages", () => {
  it("B7, B8: results are one turn in which they come first, failed and empty ones too; no arguments are {}", () => {
    const body = bodyOf({ tools: [fn("look"), fn("hear")], messages: [...history, user("Well?")] });
    expect(body.messages).toEqual([
      { role: "user", content: [{ text: "Go" }] },
      {
        role: "assistant",
        content: [
          { toolUse: { toolUseId: "c1", name: "look", input: {} } },
          { toolUse: { toolUseId: "c2", name: "hear", input: { q: "a" } } },
        ],
      },
      {
        role: "user",
        content: [
          { toolResult: { toolUseId: "c2", content: [{ text: "two" }], status: "error" } },
          { toolResult: { toolUseId: "c1", content: [] } },
          { text: "Well?" },
        ],
      },
    ]);
  });

  it("hold ids of calls to the length that the API takes, the same for call and result", () => {
    const id = `call_${"x".repeat(90)}`;
    const body = bodyOf({
      tools: [fn("look")],
      messages: [
        user("Go"),
        { role: "assistant", content: null, tool_calls: [call(id, "look", "{}"), call(`${id}2`, "look", "{}")] },
        { role: "tool", tool_call_id: id, content: "1" },
        { role: "tool", tool_call_id: `${id}2`, content: "2" },
      ],
    });
    const text = JSON.stringify(body.messages);
    const ids = [...text.matchAll(/"toolUseId":"([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(ids).toEqual([ids[0], ids[1], ids[0], ids[1]]);
    expect(ids[0]).not.toBe(ids[1]);
    for (const sent of ids) expect(sent).toMatch(/^[a-zA-Z0-9_.:-]{1,64}$/);
  });

  it("B14: blank texts are left out and documents have names of their own", () => {
    const file = (filename: string) => ({ type: "file", file: { filename, file_data: PDF } });
    const body = bodyOf({
      messages: [user([file("Q1_report.pdf"), { type: "text", text: " \n" }, file("Q1?report.pdf"), file("")])],
    });
    const document = (name: string) => ({ document: { format: "pdf", name, source: { bytes: "JVBERi0x" } } });
    expect(body.messages).toEqual([
      {
        role: "user",
        content: [
          document("Q1-report"),
          document("Q1-report (2)"),
          document("document"),
          { text: "See the document." },
        ],
      },
    ]);
    expect(warningsOf({ messages: [user([file("a.pdf")])] })).toEqual([
      "a text was added beside a document: the provider demands one",
    ]);
  });

  it("B9: an image by URL is fetched first; its place is held until then", () => {
    const url = "https://pictures.example/cat.webp";
    const request = { messages: [user([{ type: "image_url", image_url: { url } }])] };
    const first = translated(request);
    expect(first.remote_media).toEqual([url]);
    expect(translated({ messages: [user([{ type: "image_url", image_url: { url: PIXEL } }])] })).toMatchObject({
      remote_media: [],
    });
    expect(bodyOf({ messages: [user([{ type: "image_url", image_url: { url: PIXEL } }])] }).messages).toEqual([
      { role: "user", content: [{ image: { format: "png", source: { bytes: "iVBORw0KGgo=" } } }] },
    ]);
  });

  it("images in a tool's result stay in it", () => {
    const content = [
      { type: "text", text: "here" },
      { type: "image_url", image_url: { url: PIXEL } },
    ];
    const messages = [
      user("Go"),
      { role: "assistant", content: null, tool_calls: [call("c1", "look", "{}")] },
      { role: "tool", tool_call_id: "c1", content },
    ];
    expect(bodyOf({ tools: [fn("look")], messages }).messages).toMatchObject([
      {},
      {},
      {
        content: [
          {
            toolResult: {
              content: [{ text: "here" }, { image: { format: "png", source: { bytes: "iVBORw0KGgo=" } } }],
            },
          },
        ],
      },
    ]);
  });

  it("reasoning goes back block by block, each with its signature", () => {
    const assistant = {
      role: "assistant",
      content: "So.",
      reasoning_content: "first second",
      reasoning_signature: "sigA;r6;data;6;sigB",
    };
    expect(bodyOf({ messages: [user("Go"), assistant, user("On")] }).messages).toMatchObject([
      {},
      {
        content: [
          { reasoningContent: { reasoningText: { text: "first ", signature: "sigA" } } },
          { reasoningContent: { redactedContent: "data" } },
          { reasoningContent: { reasoningText: { text: "second", signature: "sigB" } } },
          { text: "So." },
        ],
      },
      {},
    ]);
  });

  it("cache marks become entries of their own, on models that have a cache", () => {
    const hour = { type: "ephemeral", ttl: "1h" };
    const request = {
      tools: [{ ...fn("look"), cache_control: { type: "ephemeral" } }],
      messages: [
        { role: "system", content: [{ type: "text", text: "Long.", cache_control: hour }] },
        user([{ type: "text", text: "Hi", cache_control: hour }]),
      ],
    };
    expect(bodyOf(request)).toMatchObject({
      system: [{ text: "Long." }, { cachePoint: { type: "default", ttl: "1h" } }],
      messages: [{ content: [{ text: "Hi" }, { cachePoint: { type: "default", ttl: "1h" } }] }],
      toolConfig: { tools: [{ toolSpec: { name: "look" } }, { cachePoint: { type: "default" } }] },
    });
    expect(bodyOf(request, NOVA)).toMatchObject({ system: [{}, { cachePoint: { type: "default" } }] });
    expect(warningsOf(request, NOVA)).toEqual(["cache_control.ttl left out: the model has one time to live"]);
    expect(JSON.stringify(bodyOf(request, LLAMA))).not.toContain("cachePoint");
    expect(warningsOf(request, LLAMA)).toEqual(["cache_control left out: the model has no prompt cache"]);
  });
});

describe("tools", () => {
  it.each([
    ["auto", { tools: [{ toolSpec: { name: "look" } }] }],
    ["required", { tools: [{}], toolChoice: { any: {} } }],
    [{ type: "function", function: { name: "look" } }, { toolChoice: { tool: { name: "look" } } }],
  ])("are chosen by %j", (tool_choice, config) => {
    expect(bodyOf({ tools: [fn("look")], tool_choice }).toolConfig).toMatchObject(config);
  });

  it("B5: none leaves them out, unless the history holds calls: then they stay, with a warning", () => {
    expect(bodyOf({ tools: [fn("look")], tool_choice: "none" })).not.toHaveProperty("toolConfig");
    const asked = { tools: [fn("look"), fn("hear")], tool_choice: "none", messages: history };
    expect(bodyOf(asked).toolConfig).toMatchObject({ tools: [{}, {}] });
    expect(bodyOf(asked).toolConfig).not.toHaveProperty("toolChoice");
    expect(warningsOf(asked)).toEqual([
      "tool_choice none left out: the provider wants the tools of the history and cannot forbid calls",
    ]);
  });

  it("a history with calls and no tools gets one, because the API demands it", () => {
    expect(bodyOf({ messages: history }).toolConfig).toMatchObject({ tools: [{ toolSpec: { name: "no_tool" } }] });
  });

  it("B6: without tools neither a choice nor anything else of them is sent", () => {
    for (const tool_choice of ["auto", "none", "required", { type: "function", function: { name: "look" } }]) {
      const asked = { tool_choice, parallel_tool_calls: false };
      expect(bodyOf(asked)).not.toHaveProperty("toolConfig");
    }
    expect(warningsOf({ tool_choice: "required" })).toEqual(["tool_choice left out: there are no tools"]);
  });

  it("that cannot be held to one call say so", () => {
    expect(warningsOf({ tools: [fn("look")], parallel_tool_calls: false })).toEqual([
      "parallel_tool_calls left out: the provider has no equivalent",
    ]);
  });

  it("are strict where the model has it, and have names that fit", () => {
    const long = "a.tool".padEnd(70, "x");
    const translation = translated({ tools: [fn(long, { strict: true })] });
    const spec = JSON.parse(translation.call.body).toolConfig.tools[0].toolSpec;
    expect(spec).toMatchObject({ strict: true, inputSchema: { json: { type: "object" } } });
    expect(spec.name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(translation.tool_names.get(spec.name)).toBe(long);
    expect(warningsOf({ tools: [fn("a", { strict: true })] }, LLAMA)).toEqual([
      "strict left out: the model has no strict tools",
    ]);
  });
});

describe("a JSON answer", () => {
  it("is held to its schema by the API where the model can", () => {
    expect(bodyOf({ response_format: json_schema }).outputConfig).toEqual({
      textFormat: {
        type: "json_schema",
        structure: { jsonSchema: { name: "place", schema: JSON.stringify(SCHEMA) } },
      },
    });
  });

  it("is a forced tool elsewhere", () => {
    const { call: sent, json_tool } = translated({ response_format: json_schema }, OLD_CLAUDE);
    expect(json_tool).toBe("json");
    expect(JSON.parse(sent.body).toolConfig).toMatchObject({
      tools: [{ toolSpec: { name: "json", inputSchema: { json: SCHEMA } } }],
      toolChoice: { tool: { name: "json" } },
    });
  });
});

describe("reasoning", () => {
  const claude_5 = { ...CLAUDE, upstream_id: "global.anthropic.claude-opus-5-v1:0" };
  it.each([
    ["a budget", CLAUDE, { thinking: { type: "enabled", budget_tokens: 5_000 } }],
    [
      "an effort",
      claude_5,
      { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "medium" } },
    ],
    ["Nova's config", NOVA, { reasoningConfig: { type: "enabled", maxReasoningEffort: "medium" } }],
    ["gpt-oss's field", GPT_OSS, { reasoning_effort: "medium" }],
  ])("is asked for by %s", (_how, model, fields) => {
    const body = bodyOf({ reasoning_effort: "medium", max_tokens: 10_000 }, model);
    expect(body.additionalModelRequestFields).toEqual(fields);
  });

  it("leaves out what it excludes, with a warning", () => {
    const asked = { reasoning_effort: "low", temperature: 0.2, max_tokens: 10_000 };
    expect(bodyOf(asked).inferenceConfig).toEqual({ maxTokens: 10_000 });
    expect(warningsOf(asked)).toEqual(["temperature left out: not possible with reasoning"]);
    expect(warningsOf({ reasoning_effort: "low" }, LLAMA)).toEqual([
      "reasoning_effort left out: the model does not reason",
    ]);
    expect(warningsOf({ reasoning_effort: "none" }, GPT_OSS)).toEqual([
      "reasoning_effort none became low: the model always reasons",
    ]);
    expect(warningsOf({ reasoning_effort: "max" }, NOVA)).toEqual([
      "reasoning_effort max became high: the model has no max",
    ]);
  });
});
