import { describe, expect, it } from "vitest";
import { bodyOf, refusalOf, warningsOf } from "./fixtures.ts";

const PNG = "iVBORw0KGgo=";
const call = (id: string, name: string, args: string) => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const called = (...calls: readonly object[]) => ({ role: "assistant", content: null, tool_calls: calls });
const image = (url: string) => ({ type: "image_url", image_url: { url } });
const turnsOf = (...messages: readonly object[]) => bodyOf({ messages }).messages;

describe("instructions", () => {
  it("A4: become one list in their order, wherever they stood, with cache breakpoints and their time to live", () => {
    const body = bodyOf({
      messages: [
        { role: "system", content: "one", cache_control: { type: "ephemeral", ttl: "1h" } },
        { role: "user", content: "a" },
        {
          role: "developer",
          content: [
            { type: "text", text: "two" },
            { type: "text", text: "three", cache_control: { type: "ephemeral", ttl: "5m" } },
          ],
        },
        { role: "user", content: "b" },
        { role: "system", content: "four", cache_control: { type: "ephemeral" } },
      ],
    });
    expect(body.system).toEqual([
      { type: "text", text: "one", cache_control: { type: "ephemeral", ttl: "1h" } },
      { type: "text", text: "two" },
      { type: "text", text: "three", cache_control: { type: "ephemeral", ttl: "5m" } },
      { type: "text", text: "four", cache_control: { type: "ephemeral" } },
    ]);
    expect(body.messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      },
    ]);
  });

  it("alone are refused: there is nothing to answer", () => {
    expect(refusalOf({ messages: [{ role: "system", content: "x" }] })).toMatchObject({
      code: "invalid_request",
      param: "messages",
    });
  });

  it("refuse anything but text", () => {
    const messages = [
      { role: "system", content: [image("https://x/y.png")] },
      { role: "user", content: "x" },
    ];
    expect(refusalOf({ messages }).param).toBe("messages[0].content[0]");
  });
});

describe("turns", () => {
  it("put a breakpoint of a message on its last block, and keep that of a part", () => {
    expect(
      turnsOf({
        role: "user",
        cache_control: { type: "ephemeral" },
        content: [
          { type: "text", text: "a", cache_control: { type: "ephemeral", ttl: "1h" } },
          { type: "text", text: "b" },
        ],
      }),
    ).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "a", cache_control: { type: "ephemeral", ttl: "1h" } },
          { type: "text", text: "b", cache_control: { type: "ephemeral" } },
        ],
      },
    ]);
  });

  it("leave out blank texts, which the provider refuses", () => {
    expect(
      turnsOf({
        role: "user",
        content: [
          { type: "text", text: "" },
          { type: "text", text: " \n" },
          { type: "text", text: "a" },
        ],
      }),
    ).toEqual([{ role: "user", content: [{ type: "text", text: "a" }] }]);
  });

  it("leave out a message without content, with a warning", () => {
    const messages = [
      { role: "user", content: "a" },
      { role: "assistant", content: "" },
      { role: "user", content: "b" },
    ];
    expect(bodyOf({ messages }).messages).toHaveLength(1);
    expect(warningsOf({ messages })).toEqual(["a message without content left out"]);
  });

  it("may begin with the assistant's", () => {
    expect(turnsOf({ role: "assistant", content: "Hi" }, { role: "user", content: "a" })).toEqual([
      { role: "assistant", content: [{ type: "text", text: "Hi" }] },
      { role: "user", content: [{ type: "text", text: "a" }] },
    ]);
  });

  it("say that names of messages are lost", () => {
    expect(warningsOf({ messages: [{ role: "user", name: "ann", content: "a" }] })).toEqual([
      "the name of a message left out",
    ]);
  });

  it("keep an earlier refusal as the assistant's text", () => {
    expect(
      turnsOf(
        { role: "user", content: "a" },
        { role: "assistant", content: null, refusal: "No." },
        { role: "user", content: "b" },
      )[1],
    ).toEqual({ role: "assistant", content: [{ type: "text", text: "No." }] });
  });
});

describe("tool calls in the history", () => {
  it.each([null, ""])("A7: have no empty text beside them when the content is %j", (content) => {
    const turns = turnsOf(
      { role: "user", content: "x" },
      { role: "assistant", content, tool_calls: [call("c1", "f", '{"a":1}')] },
      { role: "tool", tool_call_id: "c1", content: "1" },
    );
    expect(turns[1]?.content).toEqual([{ type: "tool_use", id: "c1", name: "f", input: { a: 1 } }]);
  });

  it("follow the text of the same message", () => {
    const turns = turnsOf(
      { role: "user", content: "x" },
      { role: "assistant", content: "I look.", tool_calls: [call("c1", "f", "{}")] },
      { role: "tool", tool_call_id: "c1", content: "1" },
    );
    expect(turns[1]?.content.map(({ type }) => type)).toEqual(["text", "tool_use"]);
  });

  it("A8: with empty arguments have an empty object", () => {
    const turns = turnsOf({ role: "user", content: "x" }, called(call("c1", "f", "")));
    expect(turns[1]?.content).toEqual([{ type: "tool_use", id: "c1", name: "f", input: {} }]);
  });

  it.each(['{"a":', "[1]", "3", "null"])("A8: with arguments %j are refused, naming the place", (args) => {
    const messages = [
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
      { role: "user", content: "c" },
      called(call("c1", "f", args)),
    ];
    expect(refusalOf({ messages })).toMatchObject({
      code: "invalid_request",
      param: "messages[3].tool_calls[0].function.arguments",
    });
  });

  it("keep their ids in step with their results when the ids come from another provider", () => {
    const turns = turnsOf(
      { role: "user", content: "x" },
      called(call("functions.f:0", "f", ""), call("functions.f:1", "f", "")),
      { role: "tool", tool_call_id: "functions.f:0", content: "0" },
      { role: "tool", tool_call_id: "functions.f:1", content: "1" },
    );
    const ids = turns[1]?.content.map((block) => (block.type === "tool_use" ? block.id : ""));
    expect(ids?.every((id) => /^[a-zA-Z0-9_-]+$/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(2);
    expect(turns[2]?.content.map((block) => (block.type === "tool_result" ? block.tool_use_id : ""))).toEqual(ids);
  });
});

describe("tool results", () => {
  it("A5: become one user turn, results first, then the text", () => {
    const turns = turnsOf(
      { role: "user", content: "x" },
      called(call("c1", "f", ""), call("c2", "f", "")),
      { role: "tool", tool_call_id: "c1", content: "one" },
      { role: "user", content: "and now?" },
      { role: "tool", tool_call_id: "c2", content: "two" },
    );
    expect(turns).toHaveLength(3);
    expect(turns[2]).toEqual({
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "c1", content: [{ type: "text", text: "one" }] },
        { type: "tool_result", tool_use_id: "c2", content: [{ type: "text", text: "two" }] },
        { type: "text", text: "and now?" },
      ],
    });
  });

  it("A6: may be errors, hold images, be empty and be cached", () => {
    const turns = turnsOf(
      { role: "user", content: "x" },
      called(call("c1", "f", ""), call("c2", "f", ""), call("c3", "f", "")),
      { role: "tool", tool_call_id: "c1", content: "boom", is_error: true },
      {
        role: "tool",
        tool_call_id: "c2",
        content: [{ type: "text", text: "see" }, image(`data:image/png;base64,${PNG}`)],
        cache_control: { type: "ephemeral", ttl: "1h" },
      },
      { role: "tool", tool_call_id: "c3", content: "" },
    );
    expect(turns[2]?.content).toEqual([
      { type: "tool_result", tool_use_id: "c1", content: [{ type: "text", text: "boom" }], is_error: true },
      {
        type: "tool_result",
        tool_use_id: "c2",
        content: [
          { type: "text", text: "see" },
          { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } },
        ],
        cache_control: { type: "ephemeral", ttl: "1h" },
      },
      { type: "tool_result", tool_use_id: "c3" },
    ]);
  });
});

describe("images and files", () => {
  const sourceOf = (url: string) => {
    const block = turnsOf({ role: "user", content: [image(url)] })[0]?.content[0];
    return block?.type === "image" ? block.source : null;
  };

  it.each([
    [`data:image/png;base64,${PNG}`, "image/png"],
    [`data:image/png;charset=utf-8;base64,${PNG}`, "image/png"],
    [`DATA:Image/JPG;base64,${PNG}`, "image/jpeg"],
    [`data:image/webp; name=x ;base64,${PNG}`, "image/webp"],
  ])("A11: reads %s", (url, media_type) => {
    expect(sourceOf(url)).toEqual({ type: "base64", media_type, data: PNG });
  });

  it.each(["https://x.example/y.png", "http://x.example/y.png"])("leaves %s to the provider", (url) => {
    expect(sourceOf(url)).toEqual({ type: "url", url });
  });

  it.each([
    `data:image/tiff;base64,${PNG}`,
    "data:image/png,raw",
    "data:image/png;charset=utf-8,raw",
    "data:image/png;base64",
  ])("A11: refuses %s, naming the part, instead of dropping it", (url) => {
    const messages = [{ role: "user", content: [{ type: "text", text: "what?" }, image(url)] }];
    expect(refusalOf({ messages })).toMatchObject({
      code: "invalid_request",
      param: "messages[0].content[1].image_url.url",
    });
  });

  it("takes a PDF as a document", () => {
    const file = { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0=" } };
    expect(turnsOf({ role: "user", content: [file] })[0]?.content).toEqual([
      {
        type: "document",
        source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
        title: "a.pdf",
      },
    ]);
  });

  it.each([
    [{ type: "file", file: { file_id: "file-1" } }, "messages[0].content[0].file"],
    [{ type: "file", file: { file_data: "data:text/csv;base64,eA==" } }, "messages[0].content[0].file.file_data"],
    [{ type: "input_audio", input_audio: { data: "x", format: "wav" } }, "messages[0].content[0]"],
  ])("refuses what cannot be sent: %j", (part, param) => {
    expect(refusalOf({ messages: [{ role: "user", content: [part] }] }).param).toBe(param);
  });
});

describe("reasoning in the history", () => {
  const turn = (assistant: object) => [
    { role: "user", content: "x" },
    { role: "assistant", content: "y", ...assistant },
    { role: "user", content: "z" },
  ];

  it("A14: goes back first, with its signature", () => {
    const messages = turn({
      reasoning_content: "hm",
      reasoning_signature: "c2ln",
      tool_calls: [call("c1", "f", "")],
    });
    expect(bodyOf({ messages }).messages[1]?.content).toEqual([
      { type: "thinking", thinking: "hm", signature: "c2ln" },
      { type: "text", text: "y" },
      { type: "tool_use", id: "c1", name: "f", input: {} },
    ]);
  });

  it("goes back also when the provider returned no text of it", () => {
    const messages = turn({ reasoning_content: "", reasoning_signature: "c2ln" });
    expect(bodyOf({ messages }).messages[1]?.content[0]).toEqual({
      type: "thinking",
      thinking: "",
      signature: "c2ln",
    });
  });

  it("without a signature is left out with a warning", () => {
    const messages = turn({ reasoning_content: "hm" });
    expect(bodyOf({ messages }).messages[1]?.content).toEqual([{ type: "text", text: "y" }]);
    expect(warningsOf({ messages })).toEqual(["reasoning_content without its signature left out"]);
  });
});
