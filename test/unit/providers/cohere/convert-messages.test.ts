import { describe, expect, it } from "vitest";
import { bodyOf, refusalOf, THINKER, warningsOf } from "./fixtures.ts";

const call = (id: string, name: string, written: string) => ({
  id,
  type: "function",
  function: { name, arguments: written },
});
const messagesOf = (messages: readonly object[], model?: typeof THINKER) => bodyOf({ messages }, model).messages;

describe("a conversation", () => {
  it("C1: keeps every message, the calls and the ids by which results name them", () => {
    expect(
      messagesOf([
        { role: "developer", content: "Be brief." },
        { role: "user", content: "Weather in two cities?" },
        { role: "assistant", content: null, tool_calls: [call("c1", "w", '{"q":"A"}'), call("c2", "w", "")] },
        { role: "tool", tool_call_id: "c1", content: "sun" },
        { role: "tool", tool_call_id: "c2", content: [{ type: "text", text: "rain" }] },
        { role: "assistant", content: "Sun and rain." },
        { role: "user", content: "Thanks" },
      ]),
    ).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Weather in two cities?" },
      { role: "assistant", tool_calls: [call("c1", "w", '{"q":"A"}'), call("c2", "w", "{}")] },
      { role: "tool", tool_call_id: "c1", content: "sun" },
      { role: "tool", tool_call_id: "c2", content: "rain" },
      { role: "assistant", content: "Sun and rain." },
      { role: "user", content: "Thanks" },
    ]);
  });

  it("hands reasoning back: as thinking to a model that thinks, as the plan of its calls to one that does not", () => {
    const turn = {
      role: "assistant",
      content: "Ok.",
      reasoning_content: "I look.",
      tool_calls: [call("c1", "w", "{}")],
    };
    expect(messagesOf([turn], THINKER)).toEqual([
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "I look." },
          { type: "text", text: "Ok." },
        ],
        tool_calls: turn.tool_calls,
      },
    ]);
    expect(messagesOf([turn])).toEqual([
      { role: "assistant", content: "Ok.", tool_plan: "I look.", tool_calls: turn.tool_calls },
    ]);
  });

  it("says what of it is lost", () => {
    const messages = [
      { role: "user", name: "Ann", content: "Hi" },
      { role: "assistant", content: "Ok", reasoning_content: "Hm" },
      { role: "assistant", content: "" },
      { role: "tool", tool_call_id: "c", content: "x", is_error: true },
    ];
    expect(warningsOf({ messages })).toEqual([
      "the name of a message left out",
      "reasoning_content left out: the model takes no thinking",
      "a message without content left out",
      "is_error of a tool's result left out",
    ]);
  });

  it("has images, by address or as data without parameters", () => {
    const content = [
      { type: "text", text: "What?" },
      { type: "image_url", image_url: { url: "https://a.example/x.png", detail: "low" } },
      { type: "image_url", image_url: { url: "data:image/png;charset=utf-8;base64,AAAA" } },
    ];
    expect(messagesOf([{ role: "user", content }])).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "What?" },
          { type: "image_url", image_url: { url: "https://a.example/x.png", detail: "low" } },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        ],
      },
    ]);
  });

  it.each([
    [
      { role: "user", content: [{ type: "image_url", image_url: { url: "data:text/plain;base64,AA" } }] },
      "content[0].image_url.url",
    ],
    [{ role: "user", content: [{ type: "input_audio", input_audio: { data: "A", format: "wav" } }] }, "content[0]"],
    [{ role: "user", content: [{ type: "file", file: { file_id: "f" } }] }, "content[0]"],
    [
      { role: "tool", tool_call_id: "c", content: [{ type: "image_url", image_url: { url: "https://x" } }] },
      "content[0]",
    ],
    [{ role: "assistant", tool_calls: [call("c", "w", "{")] }, "tool_calls[0].function.arguments"],
    [{ role: "function", name: "f", content: "x" }, "role"],
  ])("with what cannot be said is refused where it stands: %j", (message, path) => {
    const { param } = refusalOf({ messages: [{ role: "user", content: "Hi" }, message] });
    expect(param).toBe(`messages[1].${path}`);
  });
});
