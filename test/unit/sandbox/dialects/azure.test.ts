import { AzureOpenAI } from "openai";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createSandbox } from "../../../../workers/sandbox/handler.ts";
import { openSandbox } from "../sandbox-client.ts";
import { readCompletionStream, readWholeCompletion } from "./chat-completions.ts";
import { type Ask, type DialectSpec, describeDialect, placeSchema, sseData } from "./conformance.ts";

const KEY = { "api-key": "any" };
const OLD = (deployment: string) => `/azure/openai/deployments/${deployment}/chat/completions?api-version=2024-10-21`;
const NEW = "/azure/openai/v1/chat/completions";

const failure = z.object({ error: z.looseObject({ code: z.string().nullable(), message: z.string() }) });

const body = ({ text, stream, max_tokens, tools }: Ask) => ({
  max_completion_tokens: max_tokens,
  messages: [{ role: "user", content: text }],
  tools: tools?.map((name) => ({ type: "function", function: { name, parameters: placeSchema } })),
  ...(stream && { stream, stream_options: { include_usage: true } }),
});

const common = {
  readWhole: readWholeCompletion,
  readStream: readCompletionStream,
  errorMessage: (json: unknown) => failure.parse(json).error.message,
  finishes: { stop: "stop", length: "length", tool_calls: "tool_calls" },
};

const deployments: DialectSpec = {
  ...common,
  name: "Azure OpenAI by deployment",
  request: (ask) => ({ path: OLD(ask.model), headers: KEY, body: body(ask) }),
  refused: { headers: {}, status: 401 },
};

const newer: DialectSpec = {
  ...common,
  name: "Azure OpenAI by its newer path",
  request: (ask) => ({ path: NEW, headers: { authorization: "Bearer any" }, body: { model: ask.model, ...body(ask) } }),
  refused: { headers: { "api-key": "sk-invalid" }, status: 401 },
};

describeDialect(deployments);
describeDialect(newer);

const post = (more: object, path = OLD("echo")) =>
  openSandbox().send(path, { messages: [{ role: "user", content: "hi" }], ...more }, { headers: KEY });

const events = async (more: object, path = OLD("echo")) => {
  const response = await post({ stream: true, stream_options: { include_usage: true }, ...more }, path);
  return sseData(new Uint8Array(await response.arrayBuffer()));
};

describe("Azure's content filter", () => {
  it("tells of the prompt before, and of the text behind it in a choice without a delta", async () => {
    const told = await events({});
    expect(told[0]).toMatchObject({ choices: [], id: "", prompt_filter_results: [{ prompt_index: 0 }] });
    expect(told.at(-2)).toMatchObject({
      id: "",
      choices: [{ index: 0, content_filter_results: { hate: { filtered: false } } }],
    });
    expect(JSON.stringify(told.at(-2))).not.toContain("delta");
    expect(told.at(-1)).toMatchObject({ choices: [], model: "echo", usage: { prompt_tokens: 2 } });
  });

  it("refuses a prompt with its code, and marks an answer", async () => {
    const refused = await post({ metadata: { filter: "prompt" } });
    expect(refused.status).toBe(400);
    expect(failure.parse(await refused.json()).error).toMatchObject({
      code: "content_filter",
      innererror: { code: "ResponsibleAIPolicyViolation" },
    });
    expect(readWholeCompletion(await (await post({ metadata: { filter: "answer" } })).json()).finish).toBe(
      "content_filter",
    );
  });

  it("comes even before an error that is the first thing said", async () => {
    const told = await events({}, OLD("error-first-event"));
    expect(told).toHaveLength(2);
    expect(told[0]).toHaveProperty("prompt_filter_results");
    expect(failure.safeParse(told[1]).success).toBe(true);
  });
});

describe("Azure's strictness", () => {
  it.each<[string, object, string]>([
    ["a parameter that is not OpenAI's", { top_k: 5 }, "top_k"],
    [
      "a mark for another's cache",
      { messages: [{ role: "user", content: [{ type: "text", text: "x", cache_control: { type: "ephemeral" } }] }] },
      "messages[0].content[0].cache_control",
    ],
    [
      "the signature of another's reasoning",
      {
        messages: [
          { role: "user", content: "x" },
          { role: "assistant", content: "y", reasoning_signature: "z" },
          { role: "user", content: "x" },
        ],
      },
      "messages[1].reasoning_signature",
    ],
    ["a result without a call", { messages: [{ role: "tool", tool_call_id: "c1", content: "x" }] }, "tool_calls"],
  ])("refuses %s", async (_name, more, names) => {
    const refused = await post(more);
    expect(refused.status).toBe(400);
    expect(failure.parse(await refused.json()).error.message).toContain(names);
  });

  it("takes the newer limit alone from models that reason", async () => {
    const refused = await post({ max_tokens: 5 }, OLD("gpt-5-echo"));
    expect([refused.status, failure.parse(await refused.json()).error.code]).toEqual([400, "unsupported_parameter"]);
    expect((await post({ max_completion_tokens: 5 }, OLD("gpt-5-echo"))).status).toBe(200);
  });

  it("wants a dated version with a deployment, and none on its newer path", async () => {
    const bare = "/azure/openai/deployments/echo/chat/completions";
    expect((await post({}, bare)).status).toBe(404);
    expect((await post({}, `${bare}?api-version=v1`)).status).toBe(404);
    expect((await post({ model: "echo" }, `${NEW}?api-version=2024-10-21`)).status).toBe(400);
    expect((await post({ model: "echo" }, `${NEW}?api-version=preview`)).status).toBe(200);
  });

  it("tells when to come again in seconds and milliseconds", async () => {
    const { headers } = await post({}, OLD("error-429"));
    expect([headers.get("retry-after"), headers.get("retry-after-ms")]).toEqual(["2", "2000"]);
  });
});

describe("Azure's tokens", () => {
  const form = {
    grant_type: "client_credentials",
    client_id: "app",
    client_secret: "secret",
    scope: "https://cognitiveservices.azure.com/.default",
  };
  const token = (more: Record<string, string>) =>
    openSandbox().get("/azure/tenant/oauth2/v2.0/token", {
      method: "POST",
      body: new URLSearchParams({ ...form, ...more }),
    });

  it("are given for a secret, and taken", async () => {
    const { access_token } = z.object({ access_token: z.string() }).parse(await (await token({})).json());
    const { path, body: sent } = deployments.request({ model: "echo", text: "hi", stream: false });
    const headers = { authorization: `Bearer ${access_token}` };
    expect((await openSandbox().send(path, sent, { headers })).status).toBe(200);
  });

  it.each([
    ["another grant", { grant_type: "password" }, 400],
    ["another scope", { scope: "https://graph.microsoft.com/.default" }, 400],
    ["a wrong secret", { client_secret: "sk-invalid" }, 401],
  ])("are refused for %s", async (_name, more, status) => {
    expect((await token(more)).status).toBe(status);
  });
});

describe("OpenAI's own client for Azure", () => {
  it("assembles a stream and unpacks embeddings", async () => {
    const handle = createSandbox({ now: () => 1_767_322_245_678, sleep: async () => "slept" });
    const client = new AzureOpenAI({
      apiKey: "any",
      apiVersion: "2024-10-21",
      endpoint: "http://sandbox/azure",
      maxRetries: 0,
      fetch: (input, init) => handle(new Request(input, init)),
    });
    const stream = await client.chat.completions.create({
      model: "echo",
      messages: [{ role: "user", content: "hello world" }],
      stream: true,
    });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? "";
    expect(text).toBe("hello world");
    const { data } = await client.embeddings.create({ model: "embed", input: "x", dimensions: 8 });
    expect(data[0]?.embedding).toHaveLength(8);
  });
});
