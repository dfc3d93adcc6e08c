import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { signatureOf } from "../../../../workers/sandbox/models/signature.ts";
import { openSandbox } from "../sandbox-client.ts";
import { type Ask, type DialectSpec, describeDialect, placeSchema, streamed } from "./conformance.ts";
import { readFrames } from "./event-stream-frames.ts";

const SIGNED = {
  authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20260102/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=${"a".repeat(64)}`,
  "x-amz-date": "20260102T030405Z",
};

const usage = z.looseObject({ inputTokens: z.number(), outputTokens: z.number() });
const block = z.looseObject({
  text: z.string().optional(),
  reasoningContent: z.looseObject({ reasoningText: z.object({ text: z.string(), signature: z.string() }) }).optional(),
  toolUse: z.object({ toolUseId: z.string(), name: z.string(), input: z.unknown() }).optional(),
});
const answer = z.object({
  output: z.object({ message: z.object({ role: z.literal("assistant"), content: z.array(block) }) }),
  stopReason: z.string(),
  usage: usage.optional(),
});
const event = z.looseObject({
  start: z.object({ toolUse: z.object({ toolUseId: z.string(), name: z.string() }) }).optional(),
  delta: z
    .object({
      text: z.string().optional(),
      reasoningContent: z.object({ text: z.string().optional(), signature: z.string().optional() }).optional(),
      toolUse: z.object({ input: z.string() }).optional(),
    })
    .optional(),
  stopReason: z.string().optional(),
  usage: usage.optional(),
  message: z.string().optional(),
});

const body = ({ text, max_tokens, tools }: Ask) => ({
  messages: [{ role: "user", content: [{ text }] }],
  inferenceConfig: { maxTokens: max_tokens },
  ...(tools && {
    toolConfig: { tools: tools.map((name) => ({ toolSpec: { name, inputSchema: { json: placeSchema } } })) },
  }),
});

const readWhole = (json: unknown) => {
  const { output, stopReason, usage: counted } = answer.parse(json);
  const { content } = output.message;
  return {
    text: content.map((one) => one.text ?? "").join(""),
    reasoning: content.map((one) => one.reasoningContent?.reasoningText.text ?? "").join(""),
    calls: content.flatMap(({ toolUse }) => (toolUse ? [{ name: toolUse.name, arguments: toolUse.input }] : [])),
    finish: stopReason,
    prompt_tokens: counted?.inputTokens ?? null,
    completion_tokens: counted?.outputTokens ?? null,
  };
};

const spec: DialectSpec = {
  name: "Bedrock's Converse",
  request: (ask) => ({
    path: `/bedrock/model/${ask.model}/${ask.stream ? "converse-stream" : "converse"}`,
    body: body(ask),
    headers: SIGNED,
  }),
  readWhole,
  readStream: (bytes) => {
    const frames = readFrames(bytes);
    const events = frames.map(({ payload }) => event.parse(payload));
    const calls: { name: string; json: string }[] = [];
    for (const { start, delta } of events) {
      if (start !== undefined) calls.push({ name: start.toolUse.name, json: "" });
      const last = calls.at(-1);
      if (last !== undefined) last.json += delta?.toolUse?.input ?? "";
    }
    const types = frames.map(({ headers }) => headers[":event-type"]);
    const counted = events.findLast((one) => one.usage)?.usage;
    const failed = frames.findIndex(({ headers }) => headers[":message-type"] === "exception");
    return {
      text: events.map(({ delta }) => delta?.text ?? "").join(""),
      reasoning: events.map(({ delta }) => delta?.reasoningContent?.text ?? "").join(""),
      calls: calls.map(({ name, json }) => ({ name, arguments: JSON.parse(json === "" ? "{}" : json) })),
      finish: events.find(({ stopReason }) => stopReason)?.stopReason ?? null,
      prompt_tokens: counted?.inputTokens ?? null,
      completion_tokens: counted?.outputTokens ?? null,
      complete: types.includes("messageStop"),
      error: events[failed]?.message ?? null,
    };
  },
  errorMessage: (json) => z.object({ message: z.string() }).parse(json).message,
  finishes: { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" },
  refused: { headers: {}, status: 403 },
};

describeDialect(spec);

const user = (...content: object[]) => ({ role: "user", content });
const assistant = (...content: object[]) => ({ role: "assistant", content });
const hi = user({ text: "hi" });
const call = { toolUse: { toolUseId: "t1", name: "look", input: {} } };
const result = { toolResult: { toolUseId: "t1", content: [{ text: "seen" }] } };
const toolConfig = { tools: [{ toolSpec: { name: "look", inputSchema: { json: { type: "object" } } } }] };
const thought = (text: string, signature: string) => ({ reasoningContent: { reasoningText: { text, signature } } });
const document = { document: { format: "txt", name: "notes", source: { bytes: "AAAA" } } };

const post = (more: object, id = "echo", headers: Record<string, string> = SIGNED) =>
  openSandbox().send(`/bedrock/model/${id}/converse`, { messages: [hi], ...more }, { headers });

describe("Bedrock's strictness", () => {
  it.each<[string, object, string]>([
    ["a member that it does not know", { max_tokens: 1 }, "max_tokens"],
    ["a first turn of the assistant", { messages: [assistant({ text: "x" })] }, "start with a user message"],
    ["two turns of one role", { messages: [hi, hi] }, "alternate"],
    ["a blank text", { messages: [user({ text: " " })] }, "blank"],
    ["a block of two members", { messages: [user({ text: "x", ...document })] }, "messages[0].content[0]"],
    ["a call without a result", { messages: [hi, assistant(call), hi], toolConfig }, "Expected toolResult"],
    ["a result without a call", { messages: [user(result)], toolConfig }, "exceeds the number of toolUse"],
    ["calls without the tools", { messages: [hi, assistant(call), user(result)] }, "toolConfig"],
    ["no tools", { toolConfig: { tools: [] } }, "toolConfig.tools"],
    [
      "reasoning without its signature",
      { messages: [hi, assistant(thought("Hm.", "x"), { text: "y" }), hi] },
      "signature",
    ],
    ["two documents of one name", { messages: [user({ text: "x" }, document, document)] }, "duplicate document names"],
    ["a document without a text", { messages: [user(document)] }, "text block"],
    [
      "a document's name with a dot",
      { messages: [user({ text: "x" }, { document: { ...document.document, name: "a.txt" } })] },
      "name",
    ],
    ["a temperature above 1", { inferenceConfig: { temperature: 1.2 } }, "temperature"],
  ])("refuses %s", async (_name, more, names) => {
    const refused = await post(more);
    expect([refused.status, refused.headers.get("x-amzn-errortype")]).toEqual([400, "ValidationException"]);
    expect(spec.errorMessage(await refused.json())).toContain(names);
  });

  it.each<[string, Record<string, string>]>([
    ["another service", { ...SIGNED, authorization: SIGNED.authorization.replace("/bedrock/", "/bedrock-runtime/") }],
    ["another day", { ...SIGNED, "x-amz-date": "20260103T030405Z" }],
    ["an unsigned host", { ...SIGNED, authorization: SIGNED.authorization.replace("host;", "") }],
    ["no date", { authorization: SIGNED.authorization }],
  ])("refuses a signature over %s", async (_name, headers) => {
    expect((await post({}, "echo", headers)).status).toBe(403);
  });

  /** Signs as the reference describes, by other means than the sandbox verifies with. */
  function signed(path: string, body_text: string, secret: string) {
    const sha = (text: string) => createHash("sha256").update(text).digest("hex");
    const scope = ["20260102", "us-east-1", "bedrock", "aws4_request"];
    const headers = `host:sandbox\nx-amz-date:${SIGNED["x-amz-date"]}\n\nhost;x-amz-date`;
    const canonical = `POST\n${path.replaceAll("%", "%25")}\n\n${headers}\n${sha(body_text)}`;
    const to_sign = `AWS4-HMAC-SHA256\n${SIGNED["x-amz-date"]}\n${scope.join("/")}\n${sha(canonical)}`;
    const key = scope.reduce<string | Buffer>(
      (by, step) => createHmac("sha256", by).update(step).digest(),
      `AWS4${secret}`,
    );
    const signature = createHmac("sha256", key).update(to_sign).digest("hex");
    const fields = `Credential=AKIASANDBOX/${scope.join("/")}, SignedHeaders=host;x-amz-date, Signature=${signature}`;
    return { ...SIGNED, authorization: `AWS4-HMAC-SHA256 ${fields}` };
  }

  it("verifies what is signed with the key that it knows, over the path encoded once more", async () => {
    const path = "/bedrock/model/us.anthropic.claude-echo-v1%3A0/converse";
    const body_text = JSON.stringify({ messages: [hi] });
    const send = async (by: Record<string, string>, sent = body_text) =>
      (await openSandbox().send(path, null, { body: sent, headers: by })).status;
    expect(await send(signed(path, body_text, "sandbox"))).toBe(200);
    expect(await send(signed(path, body_text, "another"))).toBe(403);
    expect(await send(signed(decodeURIComponent(path), body_text, "sandbox"))).toBe(403);
    expect(await send(signed(path, body_text, "sandbox"), `${body_text} `)).toBe(403);
  });

  it("takes a bearer token, and a model's version or ARN, encoded once", async () => {
    expect((await post({}, "echo", { authorization: "Bearer any" })).status).toBe(200);
    expect((await post({}, "us.anthropic.claude-echo-v1%3A0")).status).toBe(200);
    const arn = encodeURIComponent("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-echo");
    expect((await post({}, arn)).status).toBe(200);
    expect((await post({}, encodeURIComponent(encodeURIComponent("arn:aws:x/claude-echo-v1:0")))).status).toBe(404);
    expect((await post({}, "%zz")).status).toBe(404);
  });

  it("takes a tool loop with its reasoning, and quotes the result", async () => {
    const messages = [hi, assistant(thought("Hm.", signatureOf("Hm.")), call), user(result)];
    expect(readWhole(await (await post({ messages, toolConfig }, "tools")).json()).text).toBe(
      'The tools answered: look said "seen".',
    );
  });

  it("takes controls in requestMetadata, and JSON in a format", async () => {
    const lorem = readWhole(await (await post({ requestMetadata: { chunks: "3" } }, "lorem")).json());
    expect(lorem.completion_tokens).toBe(3);
    const schema = JSON.stringify({ type: "object", properties: { city: { type: "string" } } });
    const outputConfig = { textFormat: { type: "json_schema", structure: { jsonSchema: { schema } } } };
    expect(readWhole(await (await post({ outputConfig })).json()).text).toBe('{"city":"city"}');
  });

  it("counts what a cache holds apart", async () => {
    const system = [{ text: "aaaa".repeat(10) }, { cachePoint: { type: "default" } }];
    const metadata = { requestMetadata: { cached_tokens: "4" } };
    const { usage: counted } = answer.parse(await (await post({ system, ...metadata })).json());
    expect(counted).toMatchObject({
      inputTokens: 3,
      cacheReadInputTokens: 4,
      cacheWriteInputTokens: 6,
      totalTokens: 14,
    });
  });

  it("puts usage behind the end of the message, and exceptions into frames of their own", async () => {
    const types = async (model: string, text: string) => {
      const { path, body: sent, headers } = spec.request({ model, text, stream: true });
      const response = await openSandbox().send(path, sent, { headers });
      return readFrames(new Uint8Array(await response.arrayBuffer())).map(
        ({ headers: names }) => names[":event-type"] ?? names[":exception-type"],
      );
    };
    expect(await types("lorem", "x [[chunks=1]]")).toEqual([
      "messageStart",
      "contentBlockDelta",
      "contentBlockStop",
      "messageStop",
      "metadata",
    ]);
    expect((await types("error-mid-stream", "x [[status=503]]")).at(-1)).toBe("serviceUnavailableException");
    expect(await types("error-first-event", "x")).toEqual(["internalServerException"]);
  });

  it("says the same in fragments of three bytes", async () => {
    const said = await streamed(spec, { model: "echo", text: "grüße 👋 [[fragment_bytes=3]]" });
    expect([said.text, said.complete]).toEqual(["grüße 👋", true]);
  });

  it("tells a filtered answer from an intervention", async () => {
    const filtered = async (what: string) =>
      readWhole(await (await post({ requestMetadata: { filter: what } })).json()).finish;
    expect([await filtered("answer"), await filtered("prompt")]).toEqual(["content_filtered", "guardrail_intervened"]);
  });
});
