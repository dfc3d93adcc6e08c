import * as z from "zod";
import { ask, stream } from "../call.ts";
import { type Case, check, shown } from "../kit.ts";

const messageShape = z.looseObject({
  id: z.string(),
  type: z.literal("message"),
  role: z.literal("assistant"),
  content: z.array(z.looseObject({ type: z.string() })),
  stop_reason: z.string(),
  usage: z.looseObject({ input_tokens: z.int(), output_tokens: z.int().min(1) }),
});

const responseShape = z.looseObject({
  id: z.string(),
  object: z.literal("response"),
  status: z.literal("completed"),
  output: z.array(z.looseObject({ type: z.string() })),
  usage: z.looseObject({ input_tokens: z.int().min(1), output_tokens: z.int().min(1), total_tokens: z.int() }),
});

const completionShape = z.looseObject({
  object: z.literal("text_completion"),
  choices: z.array(z.looseObject({ text: z.string(), finish_reason: z.string() })).min(1),
});

const PARAMETERS = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

/** The same model in the other dialects that callers speak. */
export const DIALECT_CASES: readonly Case[] = [
  {
    name: "Anthropic Messages",
    feature: "text",
    capability: "chat",
    run: async (subject, model) => {
      const body = { model, max_tokens: 512, system: "Be brief.", messages: [{ role: "user", content: "Hello" }] };
      const answer = await ask(subject, "/v1/messages", body, { "anthropic-version": "2023-06-01" });
      const parsed = messageShape.safeParse(answer.body);
      check(parsed.success, `the answer is no message: ${shown(answer.body)}`);
      const events = await stream(subject, "/v1/messages", body, { "anthropic-version": "2023-06-01" });
      const names = events.map(({ event }) => event).filter((name) => name !== "ping");
      check(names[0] === "message_start", `the stream begins with ${names[0]}`);
      check(names.at(-1) === "message_stop", `the stream ends with ${names.at(-1)}`);
    },
  },
  {
    name: "Anthropic Messages with a tool",
    feature: "forced_tool",
    capability: "tools",
    run: async (subject, model) => {
      const body = {
        model,
        max_tokens: 512,
        messages: [{ role: "user", content: "Weather in Paris?" }],
        tools: [{ name: "get_weather", description: "The weather", input_schema: PARAMETERS }],
        tool_choice: { type: "tool", name: "get_weather" },
      };
      const answer = await ask(subject, "/v1/messages", body, { "anthropic-version": "2023-06-01" });
      const parsed = messageShape.safeParse(answer.body);
      check(parsed.success, `the answer is no message: ${shown(answer.body)}`);
      const call = parsed.data.content.find(({ type }) => type === "tool_use");
      check(call?.name === "get_weather", `the tool was not called: ${shown(answer.body)}`);
      check(parsed.data.stop_reason === "tool_use", `it stopped with ${parsed.data.stop_reason}`);
    },
  },
  {
    name: "OpenAI Responses",
    feature: "text",
    capability: "chat",
    run: async (subject, model) => {
      const body = { model, input: "Hello", instructions: "Be brief.", store: false };
      const answer = await ask(subject, "/v1/responses", body);
      const parsed = responseShape.safeParse(answer.body);
      check(parsed.success, `the answer is no response: ${shown(answer.body)}`);
      const events = await stream(subject, "/v1/responses", body);
      const types = events.map(({ data }) => z.looseObject({ type: z.string() }).parse(JSON.parse(data)).type);
      check(types[0] === "response.created", `the stream begins with ${types[0]}`);
      check(types.at(-1) === "response.completed", `the stream ends with ${types.at(-1)}`);
    },
  },
  {
    name: "OpenAI Responses with a tool",
    feature: "forced_tool",
    capability: "tools",
    run: async (subject, model) => {
      const body = {
        model,
        input: "Weather in Paris?",
        store: false,
        tools: [{ type: "function", name: "get_weather", parameters: PARAMETERS, strict: false }],
        tool_choice: { type: "function", name: "get_weather" },
      };
      const answer = await ask(subject, "/v1/responses", body);
      const parsed = responseShape.safeParse(answer.body);
      check(parsed.success, `the answer is no response: ${shown(answer.body)}`);
      const call = parsed.data.output.find(({ type }) => type === "function_call");
      check(call?.name === "get_weather", `the tool was not called: ${shown(answer.body)}`);
    },
  },
  {
    name: "OpenAI Completions",
    feature: "text",
    capability: "chat",
    run: async (subject, model) => {
      const answer = await ask(subject, "/v1/completions", { model, prompt: "Hello", max_tokens: 64 });
      const parsed = completionShape.safeParse(answer.body);
      check(parsed.success, `the answer is no completion: ${shown(answer.body)}`);
    },
  },
];
