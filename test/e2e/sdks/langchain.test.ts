import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { account, RATES } from "./account.ts";

/** LangChain's own OpenAI integration, nothing changed but base URL and key. */

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(() => platform.dispose());

const chat = (apiKey: string, model: string): ChatOpenAI =>
  new ChatOpenAI({ model, apiKey, configuration: { baseURL: `${platform.url}/v1` }, maxRetries: 0 });

describe("ChatOpenAI", () => {
  test("answers, and the wallet is charged for the usage that it reads", async () => {
    const { key, spent } = await account(platform);
    const answer = await chat(key, "sandbox/echo").invoke([new HumanMessage("Grüße")]);
    expect(answer.content).toBe("Grüße");
    const { input_tokens = Number.NaN, output_tokens = Number.NaN } = answer.usage_metadata ?? {};
    expect(await spent()).toBe(input_tokens * RATES.input + output_tokens * RATES.output);
  });

  test("streams", async () => {
    const { key } = await account(platform);
    const pieces: string[] = [];
    for await (const piece of await chat(key, "sandbox/echo").stream("one two three"))
      pieces.push(String(piece.content));
    expect(pieces.join("")).toBe("one two three");
  });

  test("calls tools and takes their results", async () => {
    const { key } = await account(platform);
    const bound = chat(key, "sandbox/tools").bindTools([
      { name: "weather", description: "The weather", schema: z.object({ city: z.string() }) },
    ]);
    const asked = new HumanMessage("The weather?");
    const first = await bound.invoke([asked]);
    expect(first.tool_calls).toMatchObject([{ name: "weather", args: { city: expect.any(String) } }]);
    const results = (first.tool_calls ?? []).map(
      ({ id = "" }) => new ToolMessage({ content: "sunny", tool_call_id: id }),
    );
    const second = await bound.invoke([
      asked,
      new AIMessage({ content: first.content, tool_calls: first.tool_calls ?? [] }),
      ...results,
    ]);
    expect(second.content).toContain('weather said "sunny"');
  });

  test("answers with structured output", async () => {
    const { key } = await account(platform);
    const structured = chat(key, "sandbox/lorem").withStructuredOutput(z.object({ name: z.string(), age: z.int() }), {
      method: "jsonSchema",
    });
    expect(await structured.invoke("Make up a person.")).toMatchObject({ age: expect.any(Number) });
  });
});

describe("OpenAIEmbeddings", () => {
  test("gives a vector for each text, charged by its tokens", async () => {
    const { key, spent } = await account(platform);
    const embeddings = new OpenAIEmbeddings({
      model: "sandbox/embed",
      apiKey: key,
      configuration: { baseURL: `${platform.url}/v1` },
      maxRetries: 0,
    });
    const vectors = await embeddings.embedDocuments(["Hello world", "Grüße"]);
    expect(vectors).toHaveLength(2);
    expect(vectors[0]?.length).toBeGreaterThan(1);
    expect(await spent()).toBeGreaterThan(0);
  });
});
