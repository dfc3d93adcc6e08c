import { describe, expect, it } from "vitest";
import * as z from "zod";
import { openSandbox } from "../sandbox-client.ts";
import { readCompletionStream, readWholeCompletion } from "./chat-completions.ts";
import { type DialectSpec, describeDialect, placeSchema, sseData } from "./conformance.ts";

const KEY = { authorization: "Bearer any" };

const plain = z.object({ object: z.literal("error"), message: z.string(), code: z.string() });
const unauthorized = z.object({ detail: z.string() });
const detail = z.object({
  detail: z.array(z.object({ loc: z.array(z.string()), msg: z.string(), type: z.string() })).min(1),
});

const spec: DialectSpec = {
  name: "Mistral's chat",
  request: ({ model, text, stream, max_tokens, tools }) => ({
    path: "/mistral/v1/chat/completions",
    headers: KEY,
    body: {
      model,
      stream,
      max_tokens,
      messages: [{ role: "user", content: text }],
      tools: tools?.map((name) => ({ type: "function", function: { name, parameters: placeSchema } })),
    },
  }),
  readWhole: readWholeCompletion,
  readStream: readCompletionStream,
  errorMessage: (json) => {
    const denied = unauthorized.safeParse(json);
    return denied.success ? denied.data.detail : plain.parse(json).message;
  },
  finishes: { stop: "stop", length: "length", tool_calls: "tool_calls" },
  refused: { headers: {}, status: 401 },
};

describeDialect(spec);

const user = { role: "user", content: "x" };
const tools = [{ type: "function", function: { name: "look", parameters: { type: "object" } } }];
const asked = (id: string) => ({
  role: "assistant",
  content: "",
  tool_calls: [{ id, type: "function", function: { name: "look", arguments: "{}" } }],
});
const result = (tool_call_id: string) => ({ role: "tool", tool_call_id, name: "look", content: "seen" });

const post = (more: object) =>
  openSandbox().send("/mistral/v1/chat/completions", { model: "echo", messages: [user], ...more }, { headers: KEY });

describe("Mistral's strictness", () => {
  it.each<[string, object, string]>([
    ["options that only OpenAI has", { stream: true, stream_options: { include_usage: true } }, "stream_options"],
    ["OpenAI's name for the limit", { max_completion_tokens: 5 }, "max_completion_tokens"],
    ["OpenAI's name for the seed", { seed: 1 }, "seed"],
    ["OpenAI's word for a forced tool", { tools, tool_choice: "required" }, "tool_choice"],
    ["a temperature above 1.5", { temperature: 1.6 }, "temperature"],
    ["a role that it does not know", { messages: [{ role: "developer", content: "x" }] }, "messages"],
    ["a mark for another's cache", { messages: [{ ...user, cache_control: { type: "ephemeral" } }] }, "cache_control"],
  ])("refuses %s with the path of the field", async (_name, more, names) => {
    const refused = await post(more);
    expect(refused.status).toBe(422);
    expect(JSON.stringify(detail.parse(await refused.json()))).toContain(names);
  });

  it.each<[string, object[], string]>([
    ["another's ids of calls", [user, asked("call_abc123"), result("call_abc123")], "3280"],
    ["a result without a call", [user, result("abcDEF123")], "3230"],
    ["a call without a result", [user, asked("abcDEF123"), user], "3230"],
    ["a last turn of the assistant", [user, { role: "assistant", content: "x" }], "3230"],
    ["an assistant who says nothing", [user, { role: "assistant", content: "" }, user], "3240"],
  ])("refuses %s", async (_name, messages, code) => {
    const refused = await post({ messages, tools });
    expect([refused.status, plain.parse(await refused.json()).code]).toEqual([400, code]);
  });

  it("calls with ids of its own form, takes them back, and quotes the result", async () => {
    const call = z.object({
      choices: z.array(z.object({ message: z.object({ tool_calls: z.array(z.object({ id: z.string() })) }) })),
    });
    const { choices } = call.parse(await (await post({ model: "tools", tools, tool_choice: "any" })).json());
    const id = choices[0]?.message.tool_calls[0]?.id ?? "";
    expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    const quoted = await post({ model: "tools", tools, messages: [user, asked(id), result(id)] });
    expect(readWholeCompletion(await quoted.json()).text).toBe('The tools answered: look said "seen".');
  });

  it("tells its calls whole, with the reason and the usage in one chunk", async () => {
    const response = await post({ model: "tools", tools, stream: true });
    const last = sseData(new Uint8Array(await response.arrayBuffer())).at(-1);
    expect(last).toMatchObject({
      choices: [
        { finish_reason: "tool_calls", delta: { tool_calls: [{ function: { name: "look", arguments: "{}" } }] } },
      ],
      usage: { completion_tokens: 2 },
    });
  });

  it("thinks in a list of contents, and takes it back", async () => {
    const thought = { type: "thinking", thinking: [{ type: "text", text: "Hm." }] };
    const response = await post({
      model: "think",
      messages: [user, { role: "assistant", content: [thought, { type: "text", text: "y" }] }, user],
    });
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: [{ type: "thinking" }, { type: "text" }] } }],
    });
  });

  it("embeds, and refuses OpenAI's name for the dimensions", async () => {
    const embed = (more: object) =>
      openSandbox().send("/mistral/v1/embeddings", { model: "embed", input: ["x"], ...more }, { headers: KEY });
    expect(await (await embed({ output_dimension: 2 })).json()).toMatchObject({ data: [{ index: 0 }] });
    expect((await embed({ dimensions: 2 })).status).toBe(422);
  });
});
