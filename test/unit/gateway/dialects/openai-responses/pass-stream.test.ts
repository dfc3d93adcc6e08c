import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../../schema/kernel/json.ts";
import { openAiResponses } from "../../../../../workers/gateway/dialects/openai-responses/openai-responses.ts";
import type { UpstreamEvent } from "../../../../../workers/gateway/providers/kit/provider.ts";
import { PLAIN } from "../../../providers/kit-fold-harness.ts";
import { endedWith, nativeOf, STREAM, WHOLE, wireOf } from "../../../providers/openai/responses-fixtures.ts";
import { request } from "../../fixtures.ts";

const json = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));
const TAIL = { usage: { input: 10, output: 7 }, ao: null } as const;

/** A renderer that passes the stream, with its fold before it. */
function passing() {
  const { stream } = nativeOf();
  const renderer = openAiResponses.createPassRenderer({
    identity: { id: "resp_own", created: 1, model: "m" },
    request: request(),
    body: json({}),
  });
  let state = stream.initial(PLAIN);
  const take = (event: UpstreamEvent): string => {
    const step = stream.step(state, event);
    state = step.state;
    return renderer.event(event, step.parts);
  };
  return { ...renderer, take, all: (events: readonly UpstreamEvent[]) => events.map(take).join("") };
}

const accumulated = async (events: string) => {
  const client = new OpenAI({
    apiKey: "k",
    maxRetries: 0,
    fetch: async () => new Response(events, { headers: { "content-type": "text/event-stream" } }),
  });
  return await client.responses.stream({ model: "m", input: "Hello" }).finalResponse();
};

describe("a response that passes", () => {
  it("is byte for byte the provider's", () => {
    const { all, end } = passing();
    expect(all(STREAM) + end(TAIL)).toBe(wireOf(STREAM));
  });

  it("holds its beginning back until there is an answer, so that a failure there is one", () => {
    const { take } = passing();
    const [created, in_progress, first] = STREAM;
    if (created === undefined || in_progress === undefined || first === undefined) throw new Error("no events");
    expect(take(created) + take(in_progress)).toBe("");
    expect(take(first)).toBe(wireOf(STREAM.slice(0, 3)));
  });

  it("ends with what the caller asked for besides, and nothing else of its end changes", async () => {
    const { all, end } = passing();
    const text = all(STREAM) + end({ ...TAIL, ao: { cost_usd: "0.1" } });
    expect(text).toBe(`${wireOf(STREAM).slice(0, -3)},"ao":{"cost_usd":"0.1"}}\n\n`);
    expect(await accumulated(text)).toMatchObject(json(WHOLE));
  });

  it("that is cut anywhere is, to OpenAI's SDK, an incomplete one of what was delivered", async () => {
    for (let length = 3; length < STREAM.length; length += 1) {
      const { all, cut } = passing();
      const text = all(STREAM.slice(0, length)) + cut({ ...TAIL, ao: { cut: "wallet_exhausted" } });
      expect(text.startsWith(wireOf(STREAM.slice(0, length)))).toBe(true);
      expect(text).toContain('"ao":{"cut":"wallet_exhausted"}');
      expect(text).not.toContain("response.completed");
      const numbers = [...text.matchAll(/"sequence_number":\s*(\d+)/g)].map(([, number]) => Number(number));
      expect(numbers).toEqual(numbers.map((_, at) => at));
      const response = await accumulated(text);
      expect(response).toMatchObject({
        id: "resp_68",
        status: "incomplete",
        incomplete_details: { reason: "max_output_tokens" },
        usage: { input_tokens: 10, output_tokens: 7 },
      });
    }
  });

  it("that is cut in a text, or in a call, has it as far as it came", async () => {
    const upTo = async (type: string) => {
      const { all, cut } = passing();
      const length = STREAM.findIndex(({ event }) => event === type) + 1;
      return (await accumulated(all(STREAM.slice(0, length)) + cut(TAIL))).output.at(-1);
    };
    expect(await upTo("response.output_text.delta")).toMatchObject({
      status: "incomplete",
      content: [{ type: "output_text", text: "Grüezi 👋".slice(0, 9) }],
    });
    expect(await upTo("response.function_call_arguments.delta")).toMatchObject({
      type: "function_call",
      status: "incomplete",
      arguments: '{"a"',
    });
  });

  const ERROR = { message: "The provider failed: m", type: "api_error", code: "upstream_error", param: null } as const;

  it("that fails by its own word fails so to the caller, in words that are fit to be shown", () => {
    const { all, error } = passing();
    const failed = { ...WHOLE, status: "failed", error: { code: "rate_limit_exceeded", message: "sk-secret" } };
    const text =
      all(endedWith(["response.failed", { response: failed }])) + error({ error: { ...ERROR, request_id: "r" } });
    expect(text).toContain('event: response.failed\ndata: {"type":"response.failed"');
    expect(text).toContain('"error":{"code":"rate_limit_exceeded","message":"The provider failed: m"}');
    expect(text).not.toContain("sk-secret");
  });

  it("that breaks off is an error to the SDK, numbered on", async () => {
    const { all, error } = passing();
    const text = all(STREAM.slice(0, 10)) + error({ error: { ...ERROR, request_id: "r" } });
    expect(text).toContain('event: error\ndata: {"type":"error","sequence_number":10,"code":"upstream_error"');
    await expect(accumulated(text)).rejects.toThrow();
  });
});
