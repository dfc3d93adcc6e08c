import * as z from "zod";
import { type Said, streamed, type ToolCall, user, whole } from "../chat.ts";
import { type Case, check, type Subject, shown } from "../kit.ts";

const tool = (name: string, parameters: object, more: object = {}) => ({
  type: "function",
  function: { name, description: `Tells the ${name}`, parameters, ...more },
});

const CITY = {
  type: "object",
  properties: { city: { type: "string", description: "A city" } },
  required: ["city"],
  additionalProperties: false,
};

const WEATHER = tool("get_weather", CITY);
const TIME = tool("get_time", CITY);
const NO_ARGUMENTS = tool("get_date", { type: "object", properties: {} });

const ASK = [user("What is the weather in Paris? Use the tool.")];

const argumentsOf = (call: ToolCall): Record<string, unknown> => {
  const parsed = z.record(z.string(), z.unknown()).safeParse(safeJson(call.arguments));
  check(parsed.success, `the arguments of ${call.name} are no JSON object: ${shown(call.arguments)}`);
  return parsed.data;
};

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checkCall(said: Said, name: string): ToolCall {
  const [call] = said.tool_calls;
  check(call !== undefined, `no tool was called; it said ${shown(said.text)}`);
  check(call.name === name, `${call.name} was called and not ${name}`);
  check(said.finish === "tool_calls", `it finished with ${said.finish} although a tool was called`);
  return call;
}

const FORCED = { type: "function", function: { name: "get_weather" } };

/** A conversation in which tools are called, answered, and spoken of. */
async function loop(
  subject: Subject,
  ask: (body: object) => Promise<Said>,
  result: (call: ToolCall) => object,
): Promise<void> {
  const tools = [WEATHER, TIME];
  const first = await ask({ messages: ASK, tools });
  checkCall(first, first.tool_calls[0]?.name ?? "get_weather");
  const results = first.tool_calls.map(result);
  const second = await ask({ messages: [...ASK, first.message, ...results], tools });
  check(second.text !== "" || second.tool_calls.length > 0, "nothing came back for the tools' results");
  if (!subject.predictable) return;
  check(second.text.includes("21 degrees"), `the tools' results did not arrive: ${shown(second.text)}`);
  for (const { name } of first.tool_calls) {
    check(second.text.includes(`${name} said`), `the result lost the name ${name}: ${shown(second.text)}`);
  }
}

const textResult = (call: ToolCall) => ({ role: "tool", tool_call_id: call.id, content: "21 degrees" });

/** A red pixel. */
export const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

/** Tools: forced, parallel, strict, without arguments, and the way back of their results. */
export const TOOL_CASES: readonly Case[] = [
  {
    name: "a forced tool",
    feature: "forced_tool",
    capability: "tools",
    run: async (subject, model) => {
      const body = { messages: ASK, tools: [TIME, WEATHER], tool_choice: FORCED };
      for (const said of [await whole(subject, model, body), await streamed(subject, model, body)]) {
        check(said.tool_calls.length === 1, `${said.tool_calls.length} tools were called`);
        check(typeof argumentsOf(checkCall(said, "get_weather")).city === "string", "the city is missing");
      }
    },
  },
  {
    name: "some tool, whichever",
    feature: "tools",
    capability: "tools",
    run: async (subject, model) => {
      const body = { messages: ASK, tools: [WEATHER], tool_choice: "required" };
      for (const said of [await whole(subject, model, body), await streamed(subject, model, body)]) {
        argumentsOf(checkCall(said, "get_weather"));
      }
    },
  },
  {
    name: "no tool, though there are some",
    feature: "tools",
    capability: "tools",
    run: async (subject, model) => {
      const said = await whole(subject, model, { messages: ASK, tools: [WEATHER], tool_choice: "none" });
      check(said.tool_calls.length === 0, "a tool was called although none may be");
      check(said.finish === "stop", `it finished with ${said.finish}`);
    },
  },
  {
    name: "parallel calls",
    feature: "parallel_tools",
    capability: "tools",
    run: async (subject, model) => {
      const body = {
        messages: [user("Weather and time in Paris? Call both tools at once.")],
        tools: [WEATHER, TIME, NO_ARGUMENTS],
      };
      for (const said of [await whole(subject, model, body), await streamed(subject, model, body)]) {
        check(said.tool_calls.length > 0, `no tool was called; it said ${shown(said.text)}`);
        for (const call of said.tool_calls) argumentsOf(call);
        const ids = new Set(said.tool_calls.map(({ id }) => id));
        check(ids.size === said.tool_calls.length, "two calls have the same id");
        check(
          !subject.predictable || said.tool_calls.length === 3,
          `${said.tool_calls.length} tools were called, not 3`,
        );
      }
    },
  },
  {
    name: "a call without arguments",
    feature: "tools",
    capability: "tools",
    run: async (subject, model) => {
      const body = {
        messages: [user("Which date is it? Use the tool.")],
        tools: [NO_ARGUMENTS],
        tool_choice: "required",
      };
      for (const said of [await whole(subject, model, body), await streamed(subject, model, body)]) {
        argumentsOf(checkCall(said, "get_date"));
      }
    },
  },
  {
    name: "a strict tool",
    feature: "strict_tools",
    capability: "tools",
    run: async (subject, model) => {
      const said = await whole(subject, model, {
        messages: ASK,
        tools: [tool("get_weather", CITY, { strict: true })],
        tool_choice: "required",
      });
      check(typeof argumentsOf(checkCall(said, "get_weather")).city === "string", "the city is missing");
    },
  },
  {
    name: "a tool whose name has other characters",
    feature: "tools",
    capability: "tools",
    run: async (subject, model) => {
      const name = `weather_${"x".repeat(40)}`;
      const body = { messages: ASK, tools: [tool(name, CITY)], tool_choice: "required" };
      const said = await streamed(subject, model, body);
      checkCall(said, name);
    },
  },
  {
    name: "tools and their results, whole",
    feature: "tools",
    capability: "tools",
    run: (subject, model) => loop(subject, (body) => whole(subject, model, body), textResult),
  },
  {
    name: "tools and their results, streamed",
    feature: "tools",
    capability: "tools",
    run: (subject, model) => loop(subject, (body) => streamed(subject, model, body), textResult),
  },
  {
    name: "a tool's result with an image",
    feature: "tool_result_images",
    capability: "tools",
    run: (subject, model) =>
      loop(
        subject,
        (body) => whole(subject, model, body),
        (call) => ({
          role: "tool",
          tool_call_id: call.id,
          content: [
            { type: "text", text: "21 degrees" },
            { type: "image_url", image_url: { url: PIXEL } },
          ],
        }),
      ),
  },
];
