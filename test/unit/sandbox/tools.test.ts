import { describe, expect, it } from "vitest";
import * as z from "zod";
import { openSandbox, readStream, readWhole, user } from "./sandbox-client.ts";

const weather = {
  type: "object",
  properties: {
    city: { type: "string" },
    unit: { type: "string", enum: ["celsius", "fahrenheit"] },
    at: { type: "object", properties: { day: { type: "integer" } }, required: ["day"] },
  },
  required: ["city", "unit", "at"],
};
const offer = (name: string, parameters: object = weather) => ({ type: "function", function: { name, parameters } });
const TOOLS = [offer("get_weather"), offer("get_time", {})];

describe("the model tools", () => {
  it("calls every tool at once, with arguments that fit their schemas", async () => {
    const { message, choice } = await readWhole(await openSandbox().chat({ model: "tools", tools: TOOLS }));
    expect(choice.finish_reason).toBe("tool_calls");
    expect(message.content).toBeNull();
    expect(message.tool_calls?.map((call) => call.function.name)).toEqual(["get_weather", "get_time"]);
    const parsed = message.tool_calls?.map((call): unknown => JSON.parse(call.function.arguments));
    expect(parsed).toEqual([{ city: "city", unit: "celsius", at: { day: 1 } }, {}]);
    expect(new Set(message.tool_calls?.map((call) => call.id)).size).toBe(2);
  });

  it("streams a call as its name once, then several fragments of its arguments", async () => {
    const { chunks, finish } = await readStream(
      await openSandbox().chat({ model: "tools", tools: TOOLS, stream: true }),
    );
    const deltas = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    for (const [index, name] of ["get_weather", "get_time"].entries()) {
      const own = deltas.filter((one) => one.index === index);
      expect(own[0]).toMatchObject({ type: "function", function: { name, arguments: "" } });
      expect(own.slice(1).every((one) => one.id === undefined && one.function.name === undefined)).toBe(true);
      expect(() => JSON.parse(own.map((one) => one.function.arguments).join(""))).not.toThrow();
    }
    expect(deltas.filter((one) => one.index === 0).length).toBeGreaterThan(5);
    expect(finish).toBe("tool_calls");
  });

  it.each([
    ["only the first without parallel calls", { parallel_tool_calls: false }, ["get_weather"]],
    ["only the named one", { tool_choice: { type: "function", function: { name: "get_time" } } }, ["get_time"]],
    ["none when none is wanted", { tool_choice: "none" }, []],
    ["all when one is required", { tool_choice: "required" }, ["get_weather", "get_time"]],
  ])("calls %s", async (_name, choice, names) => {
    const { message } = await readWhole(await openSandbox().chat({ model: "tools", tools: TOOLS, ...choice }));
    expect((message.tool_calls ?? []).map((call) => call.function.name)).toEqual(names);
  });

  it("answers with the results once they are there", async () => {
    const sandbox = openSandbox();
    const first = await readWhole(await sandbox.chat({ model: "tools", tools: TOOLS }));
    const results = (first.message.tool_calls ?? []).map((call, index) => ({
      role: "tool",
      tool_call_id: call.id,
      content: `result ${index}`,
    }));
    const messages = [user("and now?"), { ...first.message, refusal: null }, ...results];
    const second = await readWhole(await sandbox.chat({ model: "tools", tools: TOOLS, messages }));
    expect(second.message.content).toBe('The tools answered: get_weather said "result 0"; get_time said "result 1".');
    expect(second.choice.finish_reason).toBe("stop");
  });
});

describe("response_format", () => {
  const schema = { type: "object", properties: { score: { type: "integer", minimum: 3 } }, required: ["score"] };
  const format = { type: "json_schema", json_schema: { name: "verdict", schema, strict: true } };

  it.each(["echo", "lorem", "tools", "think"])("is kept by %s, whole and streamed", async (model) => {
    const sandbox = openSandbox();
    const { message } = await readWhole(await sandbox.chat({ model, response_format: format }));
    const { text } = await readStream(await sandbox.chat({ model, response_format: format, stream: true }));
    expect(JSON.parse(text)).toEqual({ score: 3 });
    expect(message.content).toBe(text);
  });

  it("gives an object for json_object", async () => {
    const { message } = await readWhole(await openSandbox().chat({ response_format: { type: "json_object" } }));
    expect(z.looseObject({}).parse(JSON.parse(message.content ?? ""))).toEqual({ answer: "hello world" });
  });
});
