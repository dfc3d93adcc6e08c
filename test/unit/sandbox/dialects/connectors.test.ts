import { describe, expect, it } from "vitest";
import type { Part } from "../../../../schema/canonical/parts.ts";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { isJsonObject } from "../../../../schema/kernel/json.ts";
import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import { chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import type { ProviderAdapter } from "../../../../workers/gateway/providers/kit/provider.ts";
import { createSseReader } from "../../../../workers/gateway/providers/kit/sse.ts";
import { adapterOf } from "../../../../workers/gateway/providers/registry.ts";
import { createSandbox } from "../../../../workers/sandbox/handler.ts";
import { serviceAccountKey } from "../../../service-account-key.ts";
import { placeSchema } from "./conformance.ts";

/** Where the gateway's connectors find the sandbox, each with the family whose traits the model is to have. */
const BASES: Readonly<Record<string, { base: string; family: string }>> = {
  openai: { base: "/v1", family: "" },
  anthropic: { base: "/anthropic", family: "claude-sonnet-4-5-" },
  azure: { base: "/azure", family: "" },
  mistral: { base: "/mistral/v1", family: "" },
  cohere: { base: "/cohere", family: "" },
  gemini: { base: "/gemini/v1beta", family: "gemini-3-" },
  vertex: { base: "/vertex", family: "gemini-3-" },
  bedrock: { base: "/bedrock", family: "us.anthropic.claude-sonnet-4-5-" },
};

const CREDENTIAL = {
  api_key: "any",
  access_key_id: "AKIASANDBOX",
  secret_access_key: "sandbox",
  service_account_key: serviceAccountKey(),
};

const modelNamed = (upstream_id: string): ModelInfo => ({
  upstream_id,
  aliases: [],
  context_tokens: 128_000,
  max_output_tokens: 16_384,
  encoding: null,
  capabilities: ["chat", "tools", "vision", "json_schema", "reasoning"],
  prices: [],
});

/** One chat as the gateway has it: translated, sent, read into parts. */
async function chat(kind: string, adapter: ProviderAdapter, model: string, body: object): Promise<readonly Part[]> {
  const handle = createSandbox({ now: () => 1_767_322_245_678, sleep: async () => "slept" });
  const { base, family } = BASES[kind] ?? { base: "", family: "" };
  const account = {
    id: "prv_1",
    kind,
    base_url: `http://sandbox.binding.internal${base}`,
    credential: CREDENTIAL,
    region: "us-east-1",
    settings: {},
  };
  const request = chatRequestSchema.parse({ model, ...body });
  const translation = adapter.translate({
    request,
    account,
    model: modelNamed(family + model),
    max_output_tokens: null,
  });
  if (isRefused(translation)) throw new Error(JSON.stringify(translation));
  const { call } = translation;
  const tools = {
    fetch: (url: string, init: RequestInit) => handle(new Request(url, init)),
    now: () => 1_767_322_245_678,
  };
  const authorized = (await adapter.authorize?.(call, account, tools)) ?? { headers: {} };
  if ("failed" in authorized) throw new Error(authorized.failed.message);
  const headers = { ...call.headers, ...authorized.headers };
  const response = await handle(new Request(call.url, { method: "POST", headers, body: call.body }));
  if (!response.ok) throw new Error(`${response.status} ${await response.text()} for ${call.body}`);
  if (request.stream !== true) {
    const json: unknown = await response.json();
    if (!isJsonObject(json)) throw new Error("the answer is no object");
    return adapter.readWhole(json, translation);
  }
  const reader = adapter.createReader?.() ?? createSseReader();
  let state = adapter.stream.initial(translation);
  const parts: Part[] = [];
  for (const event of [...reader.feed(new Uint8Array(await response.arrayBuffer())), ...reader.end()]) {
    const step = adapter.stream.step(state, event);
    state = step.state;
    parts.push(...step.parts);
  }
  return parts;
}

const textOf = (parts: readonly Part[]) => parts.map((part) => (part.type === "text" ? part.text : "")).join("");

/** An answer as a client sends it back. */
function assistantMessage(parts: readonly Part[]) {
  const calls = parts.flatMap((part) => (part.type === "tool_call" ? [part] : []));
  const joined = (type: "reasoning" | "reasoning_signature") =>
    parts
      .map((part) => {
        if (part.type !== type) return "";
        return part.type === "reasoning" ? part.text : part.signature;
      })
      .join("");
  return {
    role: "assistant",
    content: null,
    ...(joined("reasoning") === "" ? {} : { reasoning_content: joined("reasoning") }),
    ...(joined("reasoning_signature") === "" ? {} : { reasoning_signature: joined("reasoning_signature") }),
    tool_calls: calls.map((call) => ({
      id: call.id,
      type: "function",
      function: {
        name: call.name,
        arguments: parts
          .map((part) => (part.type === "tool_arguments" && part.index === call.index ? part.json : ""))
          .join(""),
      },
      ...(call.signature === undefined ? {} : { extra_content: { google: { thought_signature: call.signature } } }),
    })),
  };
}

const tools = ["look", "hear"].map((name) => ({ type: "function", function: { name, parameters: placeSchema } }));
const user = (content: unknown) => ({ role: "user", content });
const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

const connectors = Object.keys(BASES).flatMap((kind): [string, ProviderAdapter][] => {
  const adapter = adapterOf(kind);
  return adapter === null ? [] : [[kind, adapter]];
});

describe.each(connectors)("the gateway's connector %s and the sandbox", (kind, adapter) => {
  for (const stream of [false, true]) {
    const how = stream ? "streamed" : "whole";

    it(`agree on text, finish and usage, ${how}`, async () => {
      const parts = await chat(kind, adapter, "echo", { stream, messages: [user("grüße 👋")] });
      expect(textOf(parts)).toBe("grüße 👋");
      expect(parts.find((part) => part.type === "finish")).toMatchObject({ reason: "stop" });
      expect(parts.findLast((part) => part.type === "usage")).toBeDefined();
      expect(parts.at(-1)?.type).toBe("end");
    });

    it(`A14: agree on a tool loop with reasoning, ${how}`, async () => {
      const question = user("Go [[reasoning_tokens=5]]");
      const asked = await chat(kind, adapter, "tools", { stream, tools, messages: [question] });
      expect(asked.find((part) => part.type === "finish")).toMatchObject({ reason: "tool_calls" });
      const message = assistantMessage(asked);
      expect(message.tool_calls.map((call) => [call.function.name, JSON.parse(call.function.arguments)])).toEqual([
        ["look", { place: "place" }],
        ["hear", { place: "place" }],
      ]);
      const results = message.tool_calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "sun" }));
      const messages = [{ role: "system", content: "Be brief." }, question, message, ...results];
      const quoted = await chat(kind, adapter, "tools", { stream, tools, messages });
      expect(textOf(quoted)).toContain('look said "sun"; hear said "sun"');
    });

    it(`agree on images and JSON, ${how}`, async () => {
      const content = [
        { type: "text", text: "hi" },
        { type: "image_url", image_url: { url: PIXEL } },
      ];
      const json_schema = { name: "place", schema: { ...placeSchema, additionalProperties: false } };
      const response_format = { type: "json_schema", json_schema };
      const parts = await chat(kind, adapter, "echo", { stream, response_format, messages: [user(content)] });
      expect(JSON.parse(textOf(parts))).toEqual({ place: "place" });
    });
  }

  if (adapter.support.parameters.n.how !== "refused") {
    it("agree on several answers", async () => {
      for (const stream of [false, true]) {
        const parts = await chat(kind, adapter, "echo", { stream, n: 2, messages: [user("hi")] });
        const said = [0, 1].map((choice) =>
          parts.map((part) => (part.type === "text" && part.choice === choice ? part.text : "")).join(""),
        );
        expect(said).toEqual(["hi", "hi"]);
        expect(parts.filter(({ type }) => type === "finish")).toHaveLength(2);
        expect(parts.at(-1)?.type).toBe("end");
      }
    });
  }

  it("agree that a broken stream has no end", async () => {
    const parts = await chat(kind, adapter, "error-mid-stream", { stream: true, messages: [user("Go")] });
    expect(parts.at(-1)?.type).toBe("error");
    const cut = await chat(kind, adapter, "cut-mid-character", { stream: true, messages: [user("Go")] });
    expect(cut.some((part) => part.type === "end")).toBe(false);
  });
});
