import { exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { TokenizerRpc } from "../../../schema/wire/tokenizer-rpc.ts";

/** A stub does not list its methods, so that it is one can only be told by calling it: each test does. */
const isTokenizer = (stub: unknown): stub is TokenizerRpc => stub !== undefined && stub !== null;

/** The worker's entrypoint as a service binding reaches it. */
function entrypoint(): TokenizerRpc {
  const stub: unknown = Reflect.get(exports, "Tokenizer");
  if (!isTokenizer(stub)) throw new Error("the worker exports no Tokenizer");
  return stub;
}

const tokenizer = entrypoint();

const encoding = "o200k_base";
const tokensOf = async (text: string): Promise<number> => {
  const [count] = await tokenizer.countTexts({ encoding, texts: [text] });
  return count?.tokens ?? -1;
};

describe("texts", () => {
  // Reference counts of OpenAI's tiktoken for these texts.
  test("both encodings count as the published tokenizer does", async () => {
    const texts = ["hello world", "tiktoken is great!", "お誕生日おめでとう", "antidisestablishmentarianism", ""];
    expect(await tokenizer.countTexts({ encoding: "cl100k_base", texts })).toEqual(
      [2, 6, 9, 6, 0].map((tokens) => ({ tokens, approximate: false })),
    );
    expect(await tokenizer.countTexts({ encoding: "o200k_base", texts })).toEqual(
      [2, 6, 8, 6, 0].map((tokens) => ({ tokens, approximate: false })),
    );
  });

  test("the name of a special token is plain text: it neither becomes that token nor throws", async () => {
    expect(await tokensOf("<|endoftext|>")).toBe(7);
    expect(await tokensOf("<|endoftext|><|im_start|>")).toBeGreaterThan(7);
  });

  test("a text of words is exact however long it is, a run without a break is not", async () => {
    const words = "the quick brown fox jumps. ".repeat(4_000);
    const [long, run] = await tokenizer.countTexts({ encoding, texts: [words, "a".repeat(100_000)] });
    expect(long).toEqual({ tokens: 4_000 * 6 + 1, approximate: false });
    // "aaaaaaaa" is one token: 100,000 / 8, and no slice of 256 cuts one in two.
    expect(run).toEqual({ tokens: 12_500, approximate: true });
  });
});

/** As the request comes over RPC: plain data, whatever its shape. */
const countChat = (request: object) => tokenizer.countChat(JSON.parse(JSON.stringify(request)));

describe("chats", () => {
  test("a message costs 3 beside its texts, a name 1, the answer's priming 3", async () => {
    const hello = await tokensOf("hello");
    const user = await tokensOf("user");
    const name = await tokensOf("alice");
    const message = { role: "user", content: "hello" };
    expect(await countChat({ encoding, messages: [message] })).toEqual({
      tokens: 3 + 3 + user + hello,
      approximate: false,
    });
    const named = await countChat({ encoding, messages: [message, { ...message, name: "alice" }] });
    expect(named.tokens).toBe(3 + 2 * (3 + user + hello) + 1 + name);
  });

  test("the six messages of OpenAI's own example count what OpenAI's API reported for them", async () => {
    const system = (name: string, content: string) => ({ role: "system", name, content });
    const messages = [
      {
        role: "system",
        content: "You are a helpful, pattern-following assistant that translates corporate jargon into plain English.",
      },
      system("example_user", "New synergies will help drive top-line growth."),
      system("example_assistant", "Things working well together will increase revenue."),
      system(
        "example_user",
        "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
      ),
      system("example_assistant", "Let's talk later when we're less busy about how to do better."),
      {
        role: "user",
        content: "This late pivot means we don't have time to boil the ocean for the client deliverable.",
      },
    ];
    expect((await countChat({ encoding: "cl100k_base", messages })).tokens).toBe(129);
    expect((await countChat({ encoding: "o200k_base", messages })).tokens).toBe(124);
  });

  test("OpenAI's own example of a tool counts what OpenAI's API reported for it", async () => {
    const messages = [
      {
        role: "system",
        content: "You are a helpful assistant that can answer to questions about the weather.",
      },
      { role: "user", content: "What's the weather like in San Francisco?" },
    ];
    const properties = {
      location: { type: "string", description: "The city and state, e.g. San Francisco, CA" },
      unit: { type: "string", description: "The unit of temperature to return", enum: ["celsius", "fahrenheit"] },
    };
    const parameters = { type: "object", properties, required: ["location"] };
    const description = "Get the current weather in a given location";
    const tools = [{ type: "function", function: { name: "get_current_weather", description, parameters } }];
    expect((await countChat({ encoding: "cl100k_base", messages, tools })).tokens).toBe(105);
    expect((await countChat({ encoding: "o200k_base", messages, tools })).tokens).toBe(101);
  });

  test("tools, calls and results are counted; an image is bounded and marked as such", async () => {
    const ask = { role: "user", content: "hello" };
    const plain = await countChat({ encoding, messages: [ask] });
    const tools = [
      {
        type: "function",
        function: {
          name: "get_weather",
          description: "The weather of a place",
          parameters: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
        },
      },
    ];
    const withTools = await countChat({ encoding, messages: [ask], tools });
    const text =
      "namespace functions {\n\n// The weather of a place\ntype get_weather = (_: {\nplace: string,\n}) => any;\n\n} // namespace functions";
    expect(withTools.tokens - plain.tokens).toBe((await tokensOf(text)) + 9);
    const call = { id: "c1", type: "function", function: { name: "get_weather", arguments: '{"place":"Rome"}' } };
    const called = await countChat({
      encoding,
      messages: [ask, { role: "assistant", content: null, tool_calls: [call] }],
    });
    expect(called.tokens - plain.tokens).toBe(
      3 + (await tokensOf("assistant")) + (await tokensOf("get_weather")) + (await tokensOf('{"place":"Rome"}')) + 3,
    );
    const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    const seen = await countChat({ encoding, messages: [{ role: "user", content: [image] }] });
    expect(seen).toEqual({ tokens: 3 + 3 + (await tokensOf("user")) + 1_445, approximate: true });
  });

  test("messages of unexpected shapes are skipped and never throw", async () => {
    const messages = [null, 7, "text", [], { role: 7, content: { a: 1 } }, { content: [null, 3, { type: "new" }] }];
    const tools = [null, { function: { name: "f", parameters: { properties: { a: 3, b: { enum: "x" } } } } }];
    const count = await countChat({ encoding, messages, tools });
    expect(count.tokens).toBeGreaterThan(0);
  });
});

describe("the sandbox's own tokens", () => {
  test("are counted as the sandbox counts them, texts and prompts alike", async () => {
    const [count] = await tokenizer.countTexts({ encoding: "sandbox", texts: ["hello world"] });
    expect(count).toEqual({ tokens: 4, approximate: false });
    // One for the role, then "hell" "o" " wor" "ld".
    const chat = await countChat({ encoding: "sandbox", messages: [{ role: "user", content: "hello world" }] });
    expect(chat).toEqual({ tokens: 5, approximate: false });
  });
});
