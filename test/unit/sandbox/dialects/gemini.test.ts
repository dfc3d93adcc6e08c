import { describe, expect, it } from "vitest";
import * as z from "zod";
import { openSandbox } from "../sandbox-client.ts";
import { type Ask, type DialectSpec, describeDialect, placeSchema, type Said, sseData } from "./conformance.ts";

const part = z.looseObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().optional(),
  functionCall: z.object({ name: z.string(), args: z.unknown() }).optional(),
});
const answer = z.looseObject({
  candidates: z
    .array(
      z.looseObject({
        content: z.object({ parts: z.array(part).optional(), role: z.literal("model") }),
        finishReason: z.string().optional(),
      }),
    )
    .optional(),
  promptFeedback: z.object({ blockReason: z.string() }).optional(),
  usageMetadata: z
    .looseObject({
      promptTokenCount: z.number(),
      candidatesTokenCount: z.number().optional(),
      thoughtsTokenCount: z.number().optional(),
    })
    .optional(),
  error: z.looseObject({ message: z.string() }).optional(),
});
type Answer = z.infer<typeof answer>;

const failure = z.object({
  error: z.object({
    code: z.number(),
    message: z.string(),
    status: z.string(),
    details: z.array(z.looseObject({ "@type": z.string() })).optional(),
  }),
});

function said(answers: readonly Answer[]): Said {
  const candidates = answers.flatMap((one) => one.candidates ?? []);
  const parts = candidates.flatMap(({ content }) => content.parts ?? []);
  const usage = answers.at(-1)?.usageMetadata;
  return {
    text: parts.map((one) => (one.thought ? "" : (one.text ?? ""))).join(""),
    reasoning: parts.map((one) => (one.thought ? (one.text ?? "") : "")).join(""),
    calls: parts.flatMap(({ functionCall: call }) => (call ? [{ name: call.name, arguments: call.args }] : [])),
    finish: candidates.findLast(({ finishReason }) => finishReason)?.finishReason ?? null,
    prompt_tokens: usage?.promptTokenCount ?? null,
    completion_tokens: usage ? (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0) : null,
  };
}

const body = ({ text, max_tokens, tools }: Ask) => ({
  contents: [{ role: "user", parts: [{ text }] }],
  generationConfig: { maxOutputTokens: max_tokens, thinkingConfig: { includeThoughts: true } },
  ...(tools && {
    tools: [{ functionDeclarations: tools.map((name) => ({ name, parametersJsonSchema: placeSchema })) }],
  }),
});

const method = ({ model, stream }: Ask) => `${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`;

const common = {
  readWhole: (json: unknown) => said([answer.parse(json)]),
  readStream: (bytes: Uint8Array) => {
    const answers = sseData(bytes).map((data) => answer.parse(data));
    const told = said(answers);
    const error = answers.find((one) => one.error)?.error?.message ?? null;
    return { ...told, error, complete: told.finish !== null };
  },
  errorMessage: (json: unknown) => failure.parse(json).error.message,
  finishes: { stop: "STOP", length: "MAX_TOKENS", tool_calls: "STOP" },
};

const KEY = { "x-goog-api-key": "any" };

const gemini: DialectSpec = {
  ...common,
  name: "Gemini's generateContent",
  request: (ask) => ({ path: `/gemini/v1beta/models/${method(ask)}`, body: body(ask), headers: KEY }),
  refused: { headers: { "x-goog-api-key": "sk-invalid" }, status: 400 },
};

const TOKEN = { authorization: "Bearer ya29.sandbox-abc" };
const VERTEX = "/vertex/v1/projects/p/locations/us-central1/publishers/google/models";

const vertex: DialectSpec = {
  ...common,
  name: "Vertex's generateContent",
  request: (ask) => ({ path: `${VERTEX}/${method(ask)}`, body: body(ask), headers: TOKEN }),
  refused: { headers: { authorization: "Bearer ya29.another" }, status: 401 },
};

describeDialect(gemini);
describeDialect(vertex);

const user = (...parts: object[]) => ({ role: "user", parts });
const model = (...parts: object[]) => ({ role: "model", parts });
const hi = user({ text: "hi" });
const call = { functionCall: { name: "look", args: { a: 1, b: 2 } } };
const response = { functionResponse: { name: "look", response: { result: "seen" } } };
const tools = [
  { functionDeclarations: [{ name: "look" }, { name: "first", parameters: { ...placeSchema, type: "OBJECT" } }] },
];

const post = (id: string, more: object, sandbox = openSandbox()) =>
  sandbox.send(`/gemini/v1beta/models/${id}:generateContent`, { contents: [hi], ...more }, { headers: KEY });

describe("Gemini's strictness", () => {
  it.each<[string, string, object, string]>([
    ["a field that it does not know", "echo", { messages: [] }, "messages"],
    ["a part with two data", "echo", { contents: [user({ text: "x", ...call })] }, "contents[0].parts[0]"],
    ["a turn without parts", "echo", { contents: [user()] }, "contents[0].parts"],
    [
      "a response with another name",
      "echo",
      { contents: [hi, model(call), user({ functionResponse: { name: "other", response: {} } })] },
      "other",
    ],
    ["a call without its response", "echo", { contents: [hi, model(call), hi] }, "number of function response parts"],
    [
      "a call after a turn of the model",
      "echo",
      { contents: [hi, model({ text: "x" }), model(call), user(response)] },
      "immediately after",
    ],
    [
      "a signature that it did not make",
      "echo",
      { contents: [hi, model({ ...call, thoughtSignature: "AAAA" }), user(response)] },
      "signature",
    ],
    [
      "an unsigned call of a third generation",
      "gemini-3-echo",
      { contents: [hi, model(call), user(response)] },
      "thought_signature",
    ],
    [
      "a schema without its type of answer",
      "echo",
      { generationConfig: { responseJsonSchema: {} } },
      "responseMimeType",
    ],
    [
      "a keyword that OpenAPI's subset lacks",
      "echo",
      {
        tools: [{ functionDeclarations: [{ name: "f", parameters: { type: "object", additionalProperties: false } }] }],
      },
      "additionalProperties",
    ],
    [
      "a budget and a level at once",
      "echo",
      { generationConfig: { thinkingConfig: { thinkingBudget: 1, thinkingLevel: "low" } } },
      "thinkingConfig",
    ],
    [
      "six stop sequences",
      "echo",
      { generationConfig: { stopSequences: ["a", "b", "c", "d", "e", "f"] } },
      "stopSequences",
    ],
  ])("refuses %s", async (_name, id, more, names) => {
    const refused = await post(id, more);
    expect(refused.status).toBe(400);
    const { error } = failure.parse(await refused.json());
    expect(error.status).toBe("INVALID_ARGUMENT");
    expect(error.message).toContain(names);
  });

  it("takes unsigned calls from an older model, and from a newer one with the documented words", async () => {
    const history = (first: object) => ({ contents: [hi, model(first), user(response)], tools });
    expect((await post("gemini-2.5-echo", history(call))).status).toBe(200);
    expect(
      (await post("gemini-3-echo", history({ ...call, thoughtSignature: "skip_thought_signature_validator" }))).status,
    ).toBe(200);
  });

  it("takes back its own signature, whatever the order of the arguments, and quotes the result", async () => {
    const asked = answer.parse(await (await post("gemini-3-tools", { tools })).json());
    const parts = asked.candidates?.[0]?.content.parts ?? [];
    expect(parts.map((one) => one.thoughtSignature !== undefined)).toEqual([true, false]);
    const responses = parts.map(({ functionCall }) => ({
      functionResponse: { name: functionCall?.name, response: { result: "sun" } },
    }));
    const contents = [hi, model(...parts), user(...responses)];
    const quoted = said([answer.parse(await (await post("gemini-3-tools", { contents, tools })).json())]);
    expect(quoted.text).toBe('The tools answered: look said "sun"; first said "sun".');
  });

  it("forces the allowed functions alone", async () => {
    const toolConfig = { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["first"] } };
    expect(said([answer.parse(await (await post("tools", { tools, toolConfig })).json())]).calls).toEqual([
      { name: "first", arguments: { place: "place" } },
    ]);
  });

  it("hides its thoughts from who did not ask, and counts them", async () => {
    const told = said([answer.parse(await (await post("think", {})).json())]);
    expect(told.reasoning).toBe("");
    expect(told.completion_tokens).toBe(40);
  });

  it("blocks a prompt without candidates, and an answer with a reason", async () => {
    const blocked = (what: string) => post("echo", { contents: [user({ text: `hi [[filter=${what}]]` })] });
    const prompt = answer.parse(await (await blocked("prompt")).json());
    expect(prompt).toMatchObject({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" } });
    expect([prompt.candidates, (prompt.usageMetadata?.promptTokenCount ?? 0) > 0]).toEqual([undefined, true]);
    expect(said([answer.parse(await (await blocked("answer")).json())]).finish).toBe("SAFETY");
  });

  it("tells when to come again in the body alone", async () => {
    const limited = await post("error-429", { contents: [user({ text: "x [[retry_after_s=34]]" })] });
    expect(limited.headers.has("retry-after")).toBe(false);
    const { error } = failure.parse(await limited.json());
    expect(error.details?.at(-1)).toMatchObject({ retryDelay: "34.4s" });
  });

  it("streams with alt=sse only", async () => {
    const path = "/gemini/v1beta/models/echo:streamGenerateContent";
    expect((await openSandbox().send(path, { contents: [hi] }, { headers: KEY })).status).toBe(400);
  });
});

describe("Gemini's other methods", () => {
  const sandbox = openSandbox();
  const ask = async (path: string, more: object) =>
    (await sandbox.send(`/gemini/v1beta/models/${path}`, more, { headers: KEY })).json();

  it("counts as it bills, embeds one and many, and lists its models", async () => {
    expect(await ask("echo:countTokens", { contents: [user({ text: "hello world" })] })).toEqual({ totalTokens: 5 });
    const content = { parts: [{ text: "some words" }] };
    const one = z.object({ embedding: z.object({ values: z.array(z.number()).length(8) }) });
    const single = one.parse(await ask("embed:embedContent", { content, outputDimensionality: 8 }));
    const many = await ask("embed:batchEmbedContents", {
      requests: [{ model: "models/embed", content, outputDimensionality: 8 }],
    });
    expect(many).toEqual({ embeddings: [single.embedding] });
    const wrong = await ask("embed:batchEmbedContents", { requests: [{ model: "embed", content }] });
    expect(failure.parse(wrong).error.code).toBe(400);
    const models = z.object({ models: z.array(z.object({ name: z.string() })) });
    const list = models.parse(await (await sandbox.get("/gemini/v1beta/models", { headers: KEY })).json());
    expect(list.models[0]?.name).toBe("models/echo");
  });
});

describe("Vertex's tokens", () => {
  const encoded = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");
  const assertion = (alg: string, exp: number) =>
    `${encoded({ alg, typ: "JWT" })}.${encoded({ iss: "a@b", aud: "t", scope: "s", iat: 100, exp })}.c2ln`;
  const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  const token = (form: Record<string, string>) =>
    openSandbox().get("/vertex/token", { method: "POST", body: new URLSearchParams(form) });

  it("are given for a signed assertion, and open the models", async () => {
    const given = await token({ grant_type, assertion: assertion("RS256", 3_700) });
    const { access_token, expires_in } = z
      .object({ access_token: z.string(), expires_in: z.number() })
      .parse(await given.json());
    expect(expires_in).toBe(3_599);
    const { path, body: sent } = vertex.request({ model: "echo", text: "hi", stream: false });
    const headers = { authorization: `Bearer ${access_token}` };
    expect((await openSandbox().send(path, sent, { headers })).status).toBe(200);
  });

  it.each<[string, Record<string, string>]>([
    ["another grant", { grant_type: "client_credentials", assertion: assertion("RS256", 3_700) }],
    ["an assertion of two parts", { grant_type, assertion: "a.b" }],
    ["an assertion that is signed otherwise", { grant_type, assertion: assertion("HS256", 3_700) }],
    ["an assertion for more than an hour", { grant_type, assertion: assertion("RS256", 3_701) }],
  ])("are refused for %s", async (_name, form) => {
    expect((await token(form)).status).toBe(400);
  });

  it("predicts embeddings with their tokens", async () => {
    const asked = { instances: [{ content: "some words" }], parameters: { outputDimensionality: 4 } };
    const answered = await openSandbox().send(`${VERTEX}/embed:predict`, asked, { headers: TOKEN });
    expect(await answered.json()).toMatchObject({
      predictions: [{ embeddings: { statistics: { token_count: 3, truncated: false } } }],
    });
  });
});
