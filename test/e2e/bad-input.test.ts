import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { Validator } from "@seriousme/openapi-schema-validator";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { LIMITS } from "../../schema/kernel/limits.ts";
import { NANO_PER_USD } from "../../schema/kernel/money.ts";
import { countTokens } from "../../schema/tokens/sandbox-tokens.ts";
import { ROUTES } from "../../workers/gateway/routes/routes.ts";
import { createKey, createOrg, createProvider, createWallet, demoOrg } from "./support/fixtures.ts";
import { balance, eventually, settledBalance } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";
import { seen, upstreamCalls } from "./support/sandbox-log.ts";

/**
 * What is sent by mistake or in bad faith is refused with an error that helps, and costs nothing. Secrets and prompts are
 * planted on the way; at the end none of them is in a log line, in the database or in an error.
 */

const INPUT_NANO_USD = 1_000;
const OUTPUT_NANO_USD = 2_000;
const CANARY_PROMPT = "CANARY-PROMPT-7f3a9c";
const CANARY_CREDENTIAL = "sk-proj-CANARYCREDENTIAL0123456789abcdef";
const CANARY_FOREIGN_KEY = "sk-proj-CANARYFOREIGN0123456789abcdefghij";
const DAY_MS = 86_400_000;

let platform: TestPlatform;
let org_id: string;
/** The wallet and key that most requests here use, and the keys that must appear nowhere. */
let key: string;
let wallet_id: string;
const secrets: string[] = [CANARY_PROMPT, CANARY_CREDENTIAL, CANARY_FOREIGN_KEY];
const error_bodies: string[] = [];

beforeAll(async () => {
  // All lines that there can be, so that the search for secrets in them means something.
  platform = await startPlatform({ vars: { AO_LOG_LEVEL: "debug" } });
  org_id = await demoOrg(platform);
  await createProvider(platform, {
    org_id,
    id: "canary",
    kind: "openai",
    // Nobody listens there.
    base_url: "http://127.0.0.1:9/v1",
    credential: { api_key: CANARY_CREDENTIAL },
  });
  wallet_id = await createWallet(platform, { org_id });
  key = await newKey({});
  secrets.push(platform.appKey, platform.adminKey);
});

afterAll(() => platform.dispose());

/** A key of the shared wallet unless said otherwise; it is a secret from then on. */
async function newKey(fixture: Partial<Parameters<typeof createKey>[1]>): Promise<string> {
  const made = await createKey(platform, { org_id, wallet_id, ...fixture });
  secrets.push(made.key);
  return made.key;
}

async function newWallet(limit_nano_usd: number): Promise<string> {
  return newKey({ wallet_id: await createWallet(platform, { org_id, limit_nano_usd }) });
}

const errorSchema = z.object({
  error: z.looseObject({
    message: z.string().min(1),
    type: z.string(),
    code: z.string(),
    param: z.string().nullable(),
    request_id: z.string().min(1),
  }),
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

type Headings = Readonly<Record<string, string>>;

/** Any request. Bodies of errors are kept for the search at the end, and must all have the one shape. */
async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${platform.url}${path}`, { ...init, signal: AbortSignal.timeout(45_000) });
  const text = await response.text();
  if (response.status >= 400) error_bodies.push(text);
  return { status: response.status, headers: response.headers, text };
}

const CHAT = "/v1/chat/completions";
const MESSAGES = [{ role: "user", content: `Hello ${CANARY_PROMPT}` }];

const post = (body: string | Uint8Array<ArrayBuffer> | null, headers: Headings = {}, bearer = key): Promise<Answer> =>
  ask(CHAT, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json", ...headers },
    body,
  });

const chat = (body: object, headers: Headings = {}, bearer = key): Promise<Answer> =>
  post(JSON.stringify({ model: "sandbox/echo", messages: MESSAGES, ...body }), headers, bearer);

/** Runs a request that must be refused, and that must leave the wallet as it was. */
async function refused(run: () => Promise<Answer>, status: number, code: string, bearer = key) {
  const before = await settledBalance(platform, bearer);
  const answer = await run();
  expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status, code });
  expect(answer.headers.get("content-type")).toContain("application/json");
  expect(answer.headers.get("x-request-id")).toBe(errorOf(answer).request_id);
  expect(await balance(platform, bearer)).toEqual(before);
  return { ...errorOf(answer), headers: answer.headers };
}

const errorOf = (answer: Answer) => errorSchema.parse(JSON.parse(answer.text)).error;

const completion = z.object({
  id: z.string(),
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }), finish_reason: z.string() })),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }),
});

function accepted(answer: Answer): z.infer<typeof completion> {
  expect(answer.status, answer.text.slice(0, 500)).toBe(200);
  return completion.parse(JSON.parse(answer.text));
}

const costOf = ({ usage }: z.infer<typeof completion>): number =>
  usage.prompt_tokens * INPUT_NANO_USD + usage.completion_tokens * OUTPUT_NANO_USD;

const spent = async (bearer: string): Promise<number> => (await settledBalance(platform, bearer)).spent_nano_usd;

/** Bytes over a socket, for what no well-behaved client sends. Answers all that came back. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(Number(new URL(platform.url).port), "127.0.0.1", () => socket.write(text, "latin1"));
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
  });
}

const dryRunSchema = z.object({
  dry_run: z.literal(true),
  route: z.object({ provider: z.string(), model: z.string() }),
  estimate: z.object({ input_tokens: z.number(), hold_usd: z.string(), cost_usd_max: z.string() }),
  wallet: z.object({ would_be_admitted: z.boolean() }),
});

describe("a key", () => {
  test("that is missing is a 401 that says how to send one", async () => {
    const error = await refused(() => ask(CHAT, { method: "POST", body: "{}" }), 401, "invalid_api_key");
    expect(error.message).toContain("Authorization: Bearer");
    expect(error.headers.get("www-authenticate")).toContain("Bearer");
    expect(error.headers.get("x-should-retry")).toBe("false");
  });

  test.each([
    ["unknown", `ao_${"x".repeat(43)}`],
    ["too short", "ao_short"],
    ["empty", ""],
    ["of a provider", CANARY_FOREIGN_KEY],
    ["with quotes", `ao_' OR '1'='1' --${"x".repeat(26)}`],
    ["with double quotes", `ao_"; DROP TABLE api_keys; --${"x".repeat(16)}`],
    ["with a wildcard", `ao_${"%".repeat(43)}`],
    ["of 12,000 characters", `ao_${"y".repeat(12_000)}`],
    ["in percent encoding", `ao_${"%0d%0a".repeat(7)}x`],
  ])("that is %s is a 401", async (_what, presented) => {
    for (const headers of [
      { authorization: `Bearer ${presented}` },
      { authorization: presented },
      { "x-api-key": presented },
      { "api-key": presented },
    ]) {
      const run = () =>
        ask(CHAT, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify({ model: "sandbox/echo", messages: MESSAGES }),
        });
      const error = await refused(run, 401, "invalid_api_key");
      if (presented !== "") expect(JSON.stringify(error)).not.toContain(presented.slice(0, 24));
    }
  });

  test("works in each of the three headers, and a wrong bearer is not made good by another header", async () => {
    for (const headers of [{ authorization: `bearer ${key}` }, { "x-api-key": key }, { "api-key": key }]) {
      expect((await ask("/v1/models", { headers })).status).toBe(200);
    }
    const headers = { authorization: `Bearer ao_${"z".repeat(43)}`, "x-api-key": key };
    expect((await ask("/v1/models", { headers })).status).toBe(401);
  });

  test("with line breaks reaches nobody: the header's second line is not a header", async () => {
    const body = JSON.stringify({ model: "sandbox/echo", messages: MESSAGES });
    const head = `POST ${CHAT} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    for (const authorization of [`Bearer ${key}\r\n folded`, `Bearer ${key}\nx-api-key: other`, `Bearer\0${key}`]) {
      const answer = await raw(`${head}authorization: ${authorization}\r\n\r\n${body}`);
      expect(answer).toMatch(/^HTTP\/1\.1 (200|400|401) /);
      expect(answer).not.toContain("stack");
    }
    expect((await ask("/health")).status).toBe(200);
  });

  test("that was revoked is a 401", async () => {
    const revoked = await newKey({ revoked_at: Date.now() - 1_000 });
    const error = await refused(() => chat({}, {}, revoked), 401, "invalid_api_key");
    expect(error.message).toContain("revoked");
    expect((await ask("/v1/models", { headers: { "x-api-key": revoked } })).status).toBe(401);
  });

  test("that has expired is a 401, and one that expires tomorrow works", async () => {
    const expired = await newKey({ expires_at: Date.now() - 1 });
    const error = await refused(() => chat({}, {}, expired), 401, "invalid_api_key");
    expect(error.message).toContain("expired");
    accepted(await chat({}, {}, await newKey({ expires_at: Date.now() + DAY_MS })));
  });

  test("without the scope is a 403", async () => {
    const admin = await newKey({ scopes: ["admin"] });
    await refused(() => chat({}, {}, admin), 403, "forbidden");
    expect((await ask("/v1/models", { headers: { "x-api-key": admin } })).status).toBe(403);
    await refused(async () => chat({}, {}, await newKey({ scopes: [] })), 403, "forbidden");
  });

  test("for some models is a 403 on the others, under any of their names", async () => {
    const some = await newKey({ models: ["sandbox/echo", "canary/*"] });
    accepted(await chat({}, {}, some));
    accepted(await chat({ model: "echo" }, {}, some));
    for (const model of ["sandbox/lorem", "lorem"]) {
      const error = await refused(() => chat({ model }, {}, some), 403, "forbidden", some);
      expect(error.param).toBe("model");
    }
    await refused(async () => chat({}, {}, await newKey({ models: [] })), 403, "forbidden");
  });

  test("of a frozen wallet is a 403", async () => {
    const frozen = await newKey({ wallet_id: await createWallet(platform, { org_id, frozen: true }) });
    await refused(() => chat({}, {}, frozen), 403, "wallet_frozen", frozen);
  });

  test("of one org knows nothing of another's models", async () => {
    const other = await createOrg(platform);
    const others = await newKey({ org_id: other, wallet_id: await createWallet(platform, { org_id: other }) });
    await refused(() => chat({}, {}, others), 404, "model_not_found", others);
    const { text } = await ask("/v1/models", { headers: { "x-api-key": others } });
    expect(JSON.parse(text)).toEqual({ object: "list", data: [], providers: {} });
  });
});

describe("a body", () => {
  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
  ])("of type %s is a 415", async (type) => {
    await refused(() => chat({}, { "content-type": type }), 415, "unsupported_media_type");
  });

  test.each(["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.api+json"])(
    "of type %s is read",
    async (type) => {
      accepted(await chat({}, { "content-type": type }));
    },
  );

  test("that is compressed is a 415", async () => {
    const body = gzipSync(JSON.stringify({ model: "sandbox/echo", messages: MESSAGES }));
    const run = () => post(new Uint8Array(body), { "content-encoding": "gzip" });
    await refused(run, 415, "unsupported_media_type");
  });

  test.each([
    ["empty", ""],
    ["white space", " \n"],
    ["broken", `{"model":"sandbox/echo","messages":[{"role":"user","content":"${CANARY_PROMPT}`],
    ["followed by more", '{"model":"sandbox/echo"} {}'],
    ["an array", "[]"],
    ["a string", `"${CANARY_PROMPT}"`],
    ["null", "null"],
    ["a number", "1e400"],
    ["with a comment", '{"model":"sandbox/echo" /* hi */}'],
    ["with single quotes", "{'model':'sandbox/echo'}"],
    ["behind a byte order mark of UTF-16", "\ufffe{}"],
  ])("that is %s is a 400", async (_what, body) => {
    await refused(() => post(body), 400, "invalid_json");
  });

  test("of bytes that are no UTF-8 is answered, and not with a 5xx", async () => {
    const start = Buffer.from('{"model":"sandbox/echo","messages":[{"role":"user","content":"');
    const body = Buffer.concat([start, Buffer.from([0xff, 0xfe, 0xc3, 0x28]), Buffer.from('"}]}')]);
    expect((await post(new Uint8Array(body))).status).toBeLessThan(500);
  });

  /** A body nested so many levels deep in all. */
  const nested = (depth: number): string =>
    `{"model":"sandbox/echo","messages":${JSON.stringify(MESSAGES)},"x_deep":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;

  test("64 levels deep passes, 65 and 100,000 are refused", async () => {
    accepted(await post(nested(64)));
    await refused(() => post(nested(65)), 400, "json_too_deep");
    await refused(() => post(nested(100_000)), 400, "json_too_deep");
    accepted(await chat({ x_text: "[".repeat(1_000) }));
  });

  const head = () =>
    `POST ${CHAT} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`;

  test("of 20 MB is a 413 before it is sent where it says so before", async () => {
    const before = await settledBalance(platform, key);
    const answer = await raw(`${head()}content-length: ${20 * 1024 * 1024}\r\n\r\n${" ".repeat(1_000)}`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":"payload_too_large"');
    expect(await balance(platform, key)).toEqual(before);
  });

  test("of unknown length is a 413 once it is beyond the limit, before its end", async () => {
    const before = await settledBalance(platform, key);
    const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
    const chunks = chunk.repeat(LIMITS.body_bytes / 0x10000 + 1);
    const answer = await raw(`${head()}transfer-encoding: chunked\r\n\r\n${chunks}`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(await balance(platform, key)).toEqual(before);
  });

  test("just within the limit is read", async () => {
    const filler = LIMITS.body_bytes - 1_000;
    const answer = await post(
      `{"model":"sandbox/free","messages":[{"role":"user","content":"a"}]${" ".repeat(filler)}}`,
    );
    accepted(answer);
  });

  test("with a member twice is priced and sent by its last value", async () => {
    const wallet = await newWallet(NANO_PER_USD);
    const answer = await post(
      `{"model":"sandbox/free","max_tokens":9,"messages":${JSON.stringify(MESSAGES)},"model":"sandbox/lorem","max_tokens":2}`,
      {},
      wallet,
    );
    const body = accepted(answer);
    expect(answer.headers.get("x-ao-model")).toBe("sandbox/lorem");
    expect(body.usage.completion_tokens).toBe(2);
    expect(await spent(wallet)).toBe(costOf(body));
    const [call] = await seen(platform, answer.headers.get("x-ao-request-id") ?? "");
    expect(call).toMatchObject({ model: "lorem", max_tokens: 2 });
  });

  test.each(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"])(
    "with a member %s has none of its content taken for the request's",
    async (name) => {
      const planted = JSON.stringify({ stream: true, n: 5, max_tokens: 1, model: "sandbox/lorem" });
      const answer = await post(
        `{"model":"sandbox/echo","messages":[{"role":"user","content":"plain words","${name}":${planted}}],"${name}":${planted}}`,
      );
      const body = accepted(answer);
      expect(body.choices).toHaveLength(1);
      expect(body.choices[0]?.message.content).toBe("plain words");
      accepted(await chat({}));
    },
  );
});

/** Fields of a request, as JSON text, since some of them are no values of a program. */
const FIELDS: readonly (readonly [name: string, json: string, param: string])[] = [
  ["no messages", '"messages":[]', "messages"],
  ["messages that are none", '"messages":"hi"', "messages"],
  ["a message without a role", '"messages":[{"content":"x"}]', "messages[0].role"],
  ["a role that does not exist", '"messages":[{"role":"root","content":"x"}]', "messages[0].role"],
  ["content that is a number", '"messages":[{"role":"user","content":5}]', "messages[0].content"],
  ["a tool result without its id", '"messages":[{"role":"tool","content":"x"}]', "messages[0].tool_call_id"],
  ["no model", '"model":null', "model"],
  ["a model that is a number", '"model":5', "model"],
  ["an empty model", '"model":""', "model"],
  ["a model of 201 characters", `"model":"${"m".repeat(201)}"`, "model"],
  ["max_tokens of -1", '"max_tokens":-1', "max_tokens"],
  ["max_tokens of 0", '"max_tokens":0', "max_tokens"],
  ["max_tokens of 1e400", '"max_tokens":1e400', "max_tokens"],
  ["max_tokens of -1e400", '"max_tokens":-1e400', "max_tokens"],
  ["max_tokens of 2^53", '"max_tokens":9007199254740993', "max_tokens"],
  ["max_tokens as text", '"max_tokens":"5"', "max_tokens"],
  ["max_tokens of a half", '"max_tokens":1.5', "max_tokens"],
  ["max_tokens that is true", '"max_tokens":true', "max_tokens"],
  ["max_completion_tokens of 0", '"max_completion_tokens":0', "max_completion_tokens"],
  ["both bounds", '"max_tokens":5,"max_completion_tokens":5', "max_tokens"],
  ["n of 0", '"n":0', "n"],
  ["n of 1e9", '"n":1000000000', "n"],
  ["n of -1", '"n":-1', "n"],
  ["stream as text", '"stream":"true"', "stream"],
  ["a temperature of 3", '"temperature":3', "temperature"],
  ["a temperature of 1e400", '"temperature":1e400', "temperature"],
  ["tools that are none", '"tools":{}', "tools"],
  ["a tool without a name", '"tools":[{"type":"function","function":{}}]', "tools[0].function.name"],
  ["1,025 tools", `"tools":[${Array(1_025).fill('{"type":"function","function":{"name":"f"}}').join()}]`, "tools"],
  ["4,097 messages", `"messages":[${Array(4_097).fill('{"role":"user","content":"x"}').join()}]`, "messages"],
  ["metadata of numbers", '"metadata":{"chunks":5}', "metadata.chunks"],
  ["a response format that does not exist", '"response_format":{"type":"xml"}', "response_format.type"],
];

describe("a field", () => {
  test.each(FIELDS)("%s is a 400 that names it", async (_name, json, param) => {
    const run = () => post(`{"model":"sandbox/echo","messages":${JSON.stringify(MESSAGES)},${json}}`);
    const error = await refused(run, 400, "invalid_request");
    expect(error.param).toBe(param);
    expect(error.message).not.toContain(CANARY_PROMPT);
    expect(error.headers.get("x-should-retry")).toBe("false");
  });

  test("of a service tier with a price of its own is refused rather than charged wrongly", async () => {
    await refused(() => chat({ service_tier: "flex" }), 400, "unsupported_parameter");
    accepted(await chat({ service_tier: "default" }));
  });
});

describe("a model's name", () => {
  test.each(["sandbox/ecko", "sandbox/Echo", "SANDBOX/ECHO", "ecko", "sandbox/echoo"])(
    "%s is a 404 that names the nearest",
    async (model) => {
      const error = await refused(() => chat({ model }), 404, "model_not_found");
      expect(error.message).toContain("sandbox/echo");
      expect(error.param).toBe("model");
    },
  );

  test.each([
    "nothing-like-anything-here",
    "sandbox/",
    "/echo",
    "sandbox//echo",
    "sandbox/../sandbox/echo",
    "sandbox/echo ",
    "sandbox/echo\n",
    "sandbox/__proto__",
    "__proto__",
    "constructor/echo",
    "sandbox/toString",
    "' OR 1=1 --",
    "💥/💥",
    "*",
    "sandbox/*",
  ])("%j is a 404", async (model) => {
    await refused(() => chat({ model }), 404, "model_not_found");
  });

  test("alone is enough where one provider has it, and not where two do", async () => {
    const answer = await chat({ model: "echo" });
    accepted(answer);
    expect(answer.headers.get("x-ao-model")).toBe("sandbox/echo");
    const other = await createOrg(platform);
    for (const id of ["one", "two"]) await createProvider(platform, { org_id: other, id, kind: "sandbox" });
    const others = await newKey({ org_id: other, wallet_id: await createWallet(platform, { org_id: other }) });
    const error = await refused(() => chat({ model: "echo" }, {}, others), 404, "model_not_found", others);
    expect(error.message).toMatch(/one\/echo.*two\/echo/);
    accepted(await chat({ model: "two/echo" }, {}, others));
  });

  test("of a model that does something else is a 400", async () => {
    await refused(() => chat({ model: "sandbox/embed" }), 400, "invalid_request");
  });
});

describe("a large or strange request is answered", () => {
  test("with a prompt of a million times one letter, at its exact price", async () => {
    const wallet = await newWallet(10 * NANO_PER_USD);
    const content = "a".repeat(1_000_000);
    const body = accepted(await chat({ messages: [{ role: "user", content }], max_tokens: 1 }, {}, wallet));
    expect(body.usage.prompt_tokens).toBe(countTokens(content) + 1);
    expect(await spent(wallet)).toBe(costOf(body));
  });

  test("also where that prompt must be counted, because the wallet hardly covers it", async () => {
    const wallet = await newWallet(400_000_000);
    const body = accepted(
      await chat({ messages: [{ role: "user", content: "a".repeat(1_000_000) }], max_tokens: 1 }, {}, wallet),
    );
    expect(await spent(wallet)).toBe(costOf(body));
  });

  test.each(["a", " ", "\n", "é", "👋", "ab", "0", "!"])(
    "also where a real tokenizer counts a million bytes of %j",
    async (letter) => {
      const content = letter.repeat(1_000_000 / Buffer.byteLength(letter));
      const answer = await chat(
        { model: "canary/gpt-4o", messages: [{ role: "user", content }], max_tokens: 1 },
        { "x-ao-dry-run": "true" },
      );
      expect(answer.status, answer.text).toBe(200);
      const { estimate } = dryRunSchema.parse(JSON.parse(answer.text));
      expect(estimate.input_tokens).toBeGreaterThan(1_000);
      // No token is less than a byte; sixteen for what frames the message.
      expect(estimate.input_tokens).toBeLessThanOrEqual(1_000_016);
    },
  );

  test("with half a surrogate pair in it", async () => {
    const wallet = await newWallet(NANO_PER_USD);
    const answer = await post(
      '{"model":"sandbox/echo","messages":[{"role":"user","content":"lone \\ud83d and \\udc4b"}],"user":"\\ud800"}',
      { "x-ao-subject": "plain" },
      wallet,
    );
    expect(await spent(wallet)).toBe(costOf(accepted(answer)));
    const streamed = await post(
      '{"model":"sandbox/echo","stream":true,"messages":[{"role":"user","content":"lone \\ud83d"}]}',
      {},
      wallet,
    );
    expect(streamed.text).toContain("data: [DONE]");
  });

  test("with controls, nulls and right-to-left marks in it, word for word", async () => {
    const content = 'a\u0000b\u001f\u007f\u2028\u202e\ufeff\r\n\t\\"</script>{{y}}';
    expect(accepted(await chat({ messages: [{ role: "user", content }] })).choices[0]?.message.content).toBe(content);
  });

  test("with a thousand tools of ten thousand bytes, or refused, and never a 5xx", async () => {
    const wallet = await newWallet(100 * NANO_PER_USD);
    const tools = Array.from({ length: 1_000 }, (_, index) => ({
      type: "function",
      function: { name: `tool_${index}`, description: "d".repeat(10_000), parameters: { type: "object" } },
    }));
    const answer = await chat({ tools, tool_choice: "none", max_tokens: 5 }, {}, wallet);
    expect(answer.status).toBeLessThan(500);
    if (answer.status === 200) expect(await spent(wallet)).toBe(costOf(accepted(answer)));
    else expect(await spent(wallet)).toBe(0);
  });

  test("with tags, features and subjects beyond their limits", async () => {
    const many = Array.from({ length: 60 }, (_, index) => `k${index}=${"v".repeat(40)}`).join(",");
    for (const tags of [many, "=", ",,,", "__proto__=x,constructor=y", "a=b=c", "x".repeat(5_000), "k=\xe9"]) {
      const headers = { "x-ao-tags": tags, "x-ao-feature": "f".repeat(3_000), "x-ao-subject": "s".repeat(3_000) };
      const answer = await chat({}, headers);
      accepted(answer);
      if (tags === many) expect(answer.headers.get("x-ao-warnings")).toContain("40 of x-ao-tags left out");
    }
  });
});

describe("an address", () => {
  test.each([
    ["GET", "/v1/nothing", 404, "not_found"],
    ["POST", "/v1/nothing", 404, "not_found"],
    ["DELETE", "/v1/chat/completions/x", 404, "not_found"],
    ["POST", "/v1/chat/completions/", 404, "not_found"],
    ["POST", "/v1/chat", 404, "not_found"],
    ["GET", "/v1/..%2f..%2fetc%2fpasswd", 404, "not_found"],
    ["GET", "/v1/chat/completions", 405, "method_not_allowed"],
    ["PUT", "/v1/chat/completions", 405, "method_not_allowed"],
    ["DELETE", "/v1/models", 405, "method_not_allowed"],
    ["POST", "/v1/wallet/balance", 405, "method_not_allowed"],
    ["POST", "/health", 405, "method_not_allowed"],
  ] as const)("%s %s is a %i", async (method, path, status, code) => {
    const run = () => ask(path, { method, headers: { authorization: `Bearer ${key}` } });
    const error = await refused(run, status, code);
    if (status === 405) expect(error.headers.get("allow")).toMatch(/^(GET|POST)$/);
  });

  test("outside the API is the console's, whatever the method, and never a 5xx", async () => {
    for (const [method, path] of [
      ["GET", "/no/such/page"],
      ["POST", "/"],
      ["GET", "/%00"],
      ["GET", "/..%2f..%2fetc%2fpasswd"],
      ["OPTIONS", "/"],
    ] as const) {
      const answer = await ask(path, { method });
      expect(answer.status, `${method} ${path}`).toBeLessThan(500);
      expect(answer.text).not.toContain("root:");
    }
  });

  test("HEAD of a GET route answers without a body", async () => {
    const answer = await ask("/health", { method: "HEAD" });
    expect([answer.status, answer.text]).toEqual([200, ""]);
  });
});

describe("an idempotency key", () => {
  const withKey = (name: string) => ({ "idempotency-key": name });

  test("repeated gets the recorded answer byte for byte, marked, and is charged once", async () => {
    const wallet = await newWallet(NANO_PER_USD);
    const first = await chat({}, withKey("again"), wallet);
    const charged = await spent(wallet);
    expect(charged).toBe(costOf(accepted(first)));
    expect(first.headers.get("x-ao-idempotent-replay")).toBeNull();
    const calls = await upstreamCalls(platform, async () => {
      const second = await chat({}, { ...withKey("again"), "x-request-id": "second" }, wallet);
      expect(second.text).toBe(first.text);
      expect(second.headers.get("x-ao-idempotent-replay")).toBe("true");
      expect(second.headers.get("x-request-id")).toBe("second");
      expect(second.headers.get("x-ao-cost-usd")).toBe(first.headers.get("x-ao-cost-usd"));
    });
    expect(calls).toBe(0);
    expect(await spent(wallet)).toBe(charged);
  });

  test("is the same request whatever the order of its members, and another one's with another key of the wallet", async () => {
    const wallet = await createWallet(platform, { org_id });
    const [one, two] = [await newKey({ wallet_id: wallet }), await newKey({ wallet_id: wallet })];
    const messages = JSON.stringify(MESSAGES);
    const first = await post(`{"model":"sandbox/echo","seed":1,"messages":${messages}}`, withKey("order"), one);
    const second = await post(`{"messages":${messages}, "seed":1, "model":"sandbox/echo"}`, withKey("order"), one);
    expect(second.text).toBe(first.text);
    expect(second.headers.get("x-ao-idempotent-replay")).toBe("true");
    const others = await post(`{"model":"sandbox/echo","seed":1,"messages":${messages}}`, withKey("order"), two);
    expect(others.headers.get("x-ao-idempotent-replay")).toBeNull();
    expect(await spent(one)).toBe(2 * costOf(accepted(first)));
  });

  test("with another body is a 409 that no client repeats", async () => {
    const wallet = await newWallet(NANO_PER_USD);
    accepted(await chat({}, withKey("mismatch"), wallet));
    for (const body of [{ max_tokens: 5 }, { stream: true }, { x_new: null }]) {
      const error = await refused(() => chat(body, withKey("mismatch"), wallet), 409, "idempotency_mismatch", wallet);
      expect(error.headers.get("x-should-retry")).toBe("false");
    }
  });

  test("while its first request runs is a 409 that says when to come back", async () => {
    const wallet = await newWallet(NANO_PER_USD);
    await platform.sandbox("/_seen", "DELETE");
    const body = { model: "sandbox/slow", metadata: { delay_ms: "2500" } };
    const first = chat(body, withKey("running"), wallet);
    await eventually(
      () => seen(platform),
      ({ length }) => length === 1,
    );
    const second = await chat(body, withKey("running"), wallet);
    expect(second.status).toBe(409);
    expect(errorOf(second).code).toBe("idempotency_in_flight");
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(second.headers.get("x-should-retry")).toBe("true");
    const answer = accepted(await first);
    expect((await chat(body, withKey("running"), wallet)).headers.get("x-ao-idempotent-replay")).toBe("true");
    expect(await spent(wallet)).toBe(costOf(answer));
    expect((await seen(platform)).length).toBe(1);
  });

  test("sent ten times at once calls the provider once and charges once", async () => {
    const wallet = await newWallet(NANO_PER_USD);
    const answers: Answer[] = [];
    const calls = await upstreamCalls(platform, async () => {
      answers.push(...(await Promise.all(Array.from({ length: 10 }, () => chat({}, withKey("ten"), wallet)))));
    });
    expect(calls).toBe(1);
    const good = answers.filter(({ status }) => status === 200);
    expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
    expect(new Set(good.map(({ text }) => text)).size).toBe(1);
    const [one] = good;
    if (one === undefined) return expect.unreachable();
    expect(await spent(wallet)).toBe(costOf(accepted(one)));
  });

  test("of a stream cannot be answered again: 409, charged once", async () => {
    const wallet = await newWallet(NANO_PER_USD);
    const first = await chat({ stream: true }, withKey("stream"), wallet);
    expect(first.text).toContain("data: [DONE]");
    const charged = await spent(wallet);
    expect(charged).toBeGreaterThan(0);
    const error = await refused(
      () => chat({ stream: true }, withKey("stream"), wallet),
      409,
      "idempotency_answer_gone",
      wallet,
    );
    expect(error.headers.get("x-should-retry")).toBe("false");
    expect(await spent(wallet)).toBe(charged);
  });

  test("of a request that failed is free again: the next one calls the provider, and is charged once", async () => {
    const wallet = await newWallet(NANO_PER_USD);
    const body = { model: "sandbox/flaky", metadata: { flaky_id: "idempotent", fail_times: "1" } };
    expect((await chat(body, { ...withKey("failed"), "x-ao-retries": "0" }, wallet)).status).toBe(502);
    await settledBalance(platform, wallet);
    const answer = accepted(await chat(body, withKey("failed"), wallet));
    expect(await spent(wallet)).toBe(costOf(answer));
    expect((await chat(body, withKey("failed"), wallet)).headers.get("x-ao-idempotent-replay")).toBe("true");
    expect(await spent(wallet)).toBe(costOf(answer));
  });

  test("of a request that was refused is not taken", async () => {
    const wallet = await newWallet(200_000);
    await refused(() => chat({ max_tokens: 5_000 }, withKey("refused"), wallet), 402, "request_exceeds_wallet", wallet);
    await refused(() => chat({ model: "sandbox/ecko" }, withKey("refused"), wallet), 404, "model_not_found", wallet);
    accepted(await chat({ max_tokens: 1 }, withKey("refused"), wallet));
  });

  test("that is empty or too long is a 400", async () => {
    for (const name of ["", "k".repeat(256)]) {
      const error = await refused(() => chat({}, withKey(name)), 400, "invalid_request");
      expect(error.param).toBe("idempotency-key");
    }
    accepted(await chat({}, withKey("k".repeat(255))));
  });
});

describe("a dry run", () => {
  const DRY = { "x-ao-dry-run": "true" };

  test("says what would happen, holds nothing and calls nothing", async () => {
    const before = await settledBalance(platform, key);
    const calls = await upstreamCalls(platform, async () => {
      for (const stream of [false, true]) {
        const answer = await chat({ model: "echo", max_tokens: 10, stream }, { ...DRY, "idempotency-key": "dry" });
        expect(answer.status).toBe(200);
        const body = dryRunSchema.parse(JSON.parse(answer.text));
        expect(body).toMatchObject({
          route: { provider: "sandbox", model: "sandbox/echo" },
          wallet: { would_be_admitted: true },
        });
        expect(answer.text).not.toContain(CANARY_PROMPT);
        expect(await balance(platform, key)).toEqual(before);
      }
    });
    expect(calls).toBe(0);
    // Its idempotency key was not taken either.
    accepted(await chat({}, { "idempotency-key": "dry" }));
  });

  test("counts the prompt as the provider will", async () => {
    const { estimate } = dryRunSchema.parse(JSON.parse((await chat({ max_tokens: 10 }, DRY)).text));
    expect(accepted(await chat({ max_tokens: 10 })).usage.prompt_tokens).toBe(estimate.input_tokens);
  });

  test("of a request that would be refused says so", async () => {
    const empty = await newWallet(0);
    const answer = await chat({}, DRY, empty);
    expect(dryRunSchema.parse(JSON.parse(answer.text)).wallet.would_be_admitted).toBe(false);
    await refused(() => chat({ model: "sandbox/ecko" }, DRY), 404, "model_not_found");
    await refused(() => chat({ n: 0 }, DRY), 400, "invalid_request");
  });
});

describe("ids and traces", () => {
  test("a caller's request id is sent back and stays out of the provider's sight", async () => {
    const answer = await chat({}, { "x-request-id": "caller-1.2:3" });
    expect(answer.headers.get("x-request-id")).toBe("caller-1.2:3");
    const ours = answer.headers.get("x-ao-request-id") ?? "";
    expect(ours).toMatch(/^req_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(await seen(platform, ours)).toHaveLength(1);
    expect(await seen(platform, "caller-1.2:3")).toHaveLength(0);
    const error = await refused(() => chat({ n: 0 }, { "x-request-id": "caller-2" }), 400, "invalid_request");
    expect(error.request_id).toBe("caller-2");
  });

  test.each([
    ["with spaces", "a b"],
    ["too long", "i".repeat(129)],
    ["of other letters", "caf\xe9"],
    ["empty", ""],
  ])("one that is %s is replaced by ours", async (_what, id) => {
    const answer = await chat({}, { "x-request-id": id });
    expect(answer.headers.get("x-request-id")).toBe(answer.headers.get("x-ao-request-id"));
  });

  test("a trace goes on to the provider and into the log; what is no trace does not", async () => {
    const trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    const traced = await chat({}, { traceparent: `00-${trace_id}-00f067aa0ba902b7-01` });
    const id = traced.headers.get("x-ao-request-id") ?? "";
    expect((await seen(platform, id))[0]?.header_names).toContain("traceparent");
    const [row] = await eventually(
      () => platform.query("SELECT trace_id FROM request_log WHERE request_id = ?", id),
      ({ length }) => length > 0,
    );
    expect(row?.trace_id).toBe(trace_id);
    for (const traceparent of [
      "nonsense",
      `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
      `00-${trace_id}-${"0".repeat(16)}-01`,
    ]) {
      const answer = await chat({}, { traceparent });
      const [call] = await seen(platform, answer.headers.get("x-ao-request-id") ?? "");
      expect(call?.header_names, traceparent).not.toContain("traceparent");
    }
  });
});

const operationSchema = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  responses: z.record(z.string(), z.looseObject({ description: z.string().min(1) })),
});
const documentSchema = z.object({
  openapi: z.string().startsWith("3.1"),
  info: z.object({ title: z.string(), version: z.string() }),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

describe("the reference", () => {
  const read = async () => {
    const { text } = await ask("/openapi.json");
    return { text, document: documentSchema.parse(JSON.parse(text)) };
  };

  test("has every route, and every route that it has answers", async () => {
    const { document } = await read();
    const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(listed).toEqual(expect.arrayContaining(ROUTES.map(({ method, path }) => `${method} ${path}`)));
    // The console's are in it too.
    expect(listed.length).toBeGreaterThan(ROUTES.length);
    for (const { method, path, security } of ROUTES) {
      // Not there without a token of its own, see its test.
      if (path === "/metrics") continue;
      const anonymous = await ask(path, { method: method.toUpperCase() });
      expect(anonymous.status, path).toBe(security === "none" ? 200 : 401);
      const known = await ask(path, { method: method.toUpperCase(), headers: { authorization: `Bearer ${key}` } });
      expect([404, 405], path).not.toContain(known.status);
      expect(known.status, path).toBeLessThan(500);
    }
  });

  test("is valid by the schema of OpenAPI 3.1", async () => {
    const { text } = await read();
    expect((await new Validator().validate(JSON.parse(text))).errors).toBeUndefined();
  });

  test("resolves in itself, names each operation once, and says what each answers", async () => {
    const { text, document } = await read();
    expect(document.servers[0]?.url).toBe(platform.url);
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { responses, operationId } of operations) {
      expect(
        Object.keys(responses).every((status) => /^[2-5]\d\d$/.test(status)),
        operationId,
      ).toBe(true);
      expect(
        Object.keys(responses).some((status) => status.startsWith("2")),
        operationId,
      ).toBe(true);
    }
    for (const [, ref = ""] of text.matchAll(/"\$ref":"([^"]*)"/g)) {
      expect(ref).toMatch(/^#\/components\/schemas\//);
      expect(document.components.schemas).toHaveProperty(ref.replace("#/components/schemas/", ""));
    }
  });

  test("is a page too, which loads nothing from anywhere", async () => {
    const { text, headers, status } = await ask("/docs");
    expect(status).toBe(200);
    expect(text).not.toMatch(/<script|<link|<iframe|@import|url\(|\bsrc=/i);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    for (const { path } of ROUTES) expect(text).toContain(path);
  });
});

describe("the platform's state", () => {
  test("/health answers without a key and tells nothing", async () => {
    const { status, text } = await ask("/health");
    expect([status, JSON.parse(text)]).toEqual([200, { status: "ok" }]);
  });

  test("/ready names what it looked at", async () => {
    const { status, text } = await ask("/ready");
    expect(status).toBe(200);
    const checked = { ok: true, latency_ms: expect.any(Number) };
    expect(JSON.parse(text)).toEqual({ status: "ready", checks: { d1: checked, wallet: checked, queue: checked } });
  });
});

describe("every route that spends a key's money", () => {
  // One for administrators reports what the wallet said instead of answering with it.
  // Anthropic's dialect has errors of its own shape, and no provider here ranks: both have their tests elsewhere.
  const elsewhere = new Set(["/v1/messages", "/v1/rerank"]);
  const spending = ROUTES.filter(({ spends, security, path }) => spends && security === "key" && !elsewhere.has(path));

  test("exists", () => {
    expect(spending.length).toBeGreaterThan(0);
  });

  test.each(spending.map(({ method, path, body }) => ({ method, path, body })))(
    "$method $path refuses an empty wallet with 402, also streamed",
    async ({ method, path, body }) => {
      const empty = await newWallet(0);
      const calls = await upstreamCalls(platform, async () => {
        for (const more of [{}, { stream: true }, { max_tokens: 1 }]) {
          const run = () =>
            ask(path, {
              method: method.toUpperCase(),
              headers: { authorization: `Bearer ${empty}`, "content-type": "application/json" },
              body: JSON.stringify({ ...z.looseObject({}).parse(body?.example), ...more }),
            });
          const error = await refused(run, 402, "wallet_exhausted", empty);
          expect(error.type).toBe("insufficient_quota");
          expect(error.headers.get("x-should-retry")).toBe("false");
        }
      });
      expect(calls).toBe(0);
    },
  );
});

describe("a caller whose connection breaks before the answer", () => {
  test("has the provider cancelled and its hold ended, at no more than the prompt's price", async () => {
    const wallet = await newWallet(NANO_PER_USD);
    await platform.sandbox("/_seen", "DELETE");
    const body = JSON.stringify({ model: "sandbox/hang", messages: MESSAGES });
    const socket = connect(Number(new URL(platform.url).port), "127.0.0.1", () =>
      socket.write(
        `POST ${CHAT} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${wallet}\r\ncontent-type: application/json\r\n` +
          `content-length: ${body.length}\r\n\r\n${body}`,
      ),
    );
    const [call] = await eventually(
      () => seen(platform),
      ({ length }) => length === 1,
    );
    expect(call?.state).toBe("open");
    socket.resetAndDestroy();
    const [ended] = await eventually(
      () => seen(platform),
      ([first]) => first?.state !== "open",
    );
    expect(ended?.state).toBe("cancelled");
    const prompt_tokens = countTokens(`Hello ${CANARY_PROMPT}`) + 1;
    expect(await spent(wallet)).toBeLessThanOrEqual(prompt_tokens * INPUT_NANO_USD);
  });
});

describe("whatever a body says", () => {
  const FIELDS = [
    "model messages stream stream_options max_tokens max_completion_tokens n temperature top_p stop tools tool_choice",
    "response_format reasoning_effort metadata modalities user logit_bias seed web_search_options functions prediction",
    "audio service_tier parallel_tool_calls store",
  ].flatMap((line) => line.split(" "));
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>(
      "sandbox/echo",
      "sandbox/tools",
      "sandbox/think",
      "sandbox/embed",
      "auto",
      "none",
      "required",
      true,
      1,
      100,
      { type: "json_object" },
      { type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } },
      [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
      { type: "function", function: { name: "f" } },
    ),
  );
  const roles = fc.constantFrom("user", "system", "assistant", "tool", "developer", "function");
  const message = fc.oneof(
    fc.record({ role: roles, content: fc.oneof(fc.string(), fc.jsonValue()), tool_call_id: fc.string() }),
    fc.jsonValue(),
  );
  const body = fc.record({
    fields: fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 5 }),
    messages: fc.option(fc.array(message, { maxLength: 4 }), { nil: MESSAGES }),
  });

  test("it is served or refused, and never a failure of ours", async () => {
    await fc.assert(
      fc.asyncProperty(body, async ({ fields, messages }) => {
        const answer = await post(JSON.stringify({ model: "sandbox/free", messages, ...fields }));
        expect(answer.status, answer.text).toBeLessThan(500);
        expect(answer.status === 200 || errorSchema.safeParse(JSON.parse(answer.text)).success).toBe(true);
      }),
      { numRuns: 400 },
    );
    await settledBalance(platform, key);
  });
});

describe("at the end", () => {
  test("the provider that nobody listens for was asked, so that its credential was in use", async () => {
    const answer = await chat({ model: "canary/gpt-4o" });
    expect(answer.status).toBe(502);
  });

  test("no secret and no prompt is in a log line", () => {
    expect(platform.lines.some((line) => line.includes('"event":"request"'))).toBe(true);
    // Up to here it shows the demo's keys on purpose.
    const banner = platform.lines.findIndex((line) => line.startsWith("Stop with"));
    const logged = platform.lines.slice(banner + 1);
    expect(logged.filter((line) => secrets.some((secret) => line.includes(secret)))).toEqual([]);
  });

  test("no secret and no prompt is in the database", async () => {
    const served = await platform.query("SELECT COUNT(*) AS n FROM request_log");
    expect(Number(served[0]?.n)).toBeGreaterThan(50);
    const tables = await platform.query(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    );
    expect(tables.map(({ name }) => name)).toContain("providers");
    for (const { name } of tables) {
      const rows = JSON.stringify(await platform.query(`SELECT * FROM "${String(name)}"`));
      expect(
        secrets.filter((secret) => rows.includes(secret)),
        String(name),
      ).toEqual([]);
    }
  });

  test("no secret and no prompt is in an error, nor anything of our inside", () => {
    expect(error_bodies.length).toBeGreaterThan(100);
    for (const body of error_bodies) {
      expect(
        secrets.filter((secret) => body.includes(secret)),
        body.slice(0, 300),
      ).toEqual([]);
      expect(body).not.toMatch(/\bat .+\.(?:ts|js):\d+|SQLITE|D1_ERROR|TypeError|ZodError/);
    }
  });

  test("no dead letter is left, and no worker failed unexpectedly", async () => {
    expect(await platform.query("SELECT * FROM dead_letters")).toEqual([]);
    expect(platform.lines.filter((line) => line.includes('"event":"unhandled"'))).toEqual([]);
  });
});
