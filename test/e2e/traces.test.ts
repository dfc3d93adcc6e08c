import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { eventually } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

/** What a collector gets of requests that really were made. */

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string().regex(/^\d{19}$/),
  endTimeUnixNano: z.string().regex(/^\d{19}$/),
  attributes: z.array(attribute),
  events: z.array(z.object({ name: z.string() })),
  status: z.object({ code: z.number().optional() }),
});
type Span = z.infer<typeof span>;
const request = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
});

let collector: Server;
let bodies: string[] = [];
let auth: string | undefined;
let platform: TestPlatform;
let client: OpenAI;

beforeAll(async () => {
  collector = createServer(async (incoming, response) => {
    auth = incoming.headers.authorization;
    bodies.push(`${incoming.url} ${await text(incoming)}`);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const { port } = collector.address() as AddressInfo;
  platform = await startPlatform({
    vars: { AO_OTLP_URL: `http://127.0.0.1:${port}`, AO_OTLP_HEADERS: "authorization=Bearer%20token" },
  });
  client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: platform.appKey, maxRetries: 0 });
});
beforeEach(() => {
  bodies = [];
});
afterAll(async () => {
  await platform.dispose();
  collector.close();
});

const MESSAGES = [{ role: "user" as const, content: "canary-prompt of a trace" }];

const spans = (): Span[] =>
  bodies.flatMap((body) => {
    expect(body).toMatch(/^\/v1\/traces \{/);
    const { resourceSpans } = request.parse(JSON.parse(body.slice(body.indexOf("{"))));
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  });

/** The spans, once the request's own is among them. */
const traced = () =>
  eventually(
    async () => spans(),
    (found) => found.some(({ kind }) => kind === 2),
  );

const facts = ({ attributes }: Span): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

describe("traces", () => {
  it("have the steps of a request, its call and its cost, and none of its text", async () => {
    await client.chat.completions.create({ model: "sandbox/echo", messages: MESSAGES });
    const found = await traced();
    const root = found.find(({ kind }) => kind === 2);
    expect(found.map(({ name }) => name).sort()).toEqual(
      ["POST /v1/chat/completions", "admit", "auth", "chat echo", "policy", "settle"].sort(),
    );
    expect(found.every(({ traceId }) => traceId === root?.traceId)).toBe(true);
    expect(found.filter((one) => one !== root).every(({ parentSpanId }) => parentSpanId === root?.spanId)).toBe(true);
    if (root === undefined) throw new Error("no root");
    expect(facts(root)).toMatchObject({
      "http.response.status_code": "200",
      "ao.model": "sandbox/echo",
      "ao.outcome": "completed",
    });
    expect(facts(root)["ao.cost_usd"]).toMatch(/^0\.\d{9}$/);
    const call = found.find(({ kind }) => kind === 3);
    if (call === undefined) throw new Error("no call");
    expect(facts(call)).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "sandbox",
      "gen_ai.request.model": "echo",
      "gen_ai.usage.input_tokens": expect.stringMatching(/^\d+$/),
    });
    expect(call.events).toEqual([expect.objectContaining({ name: "first_byte" })]);
    expect(bodies.join("")).not.toContain("canary-prompt");
    expect(auth).toBe("Bearer token");
  });

  it("of a stream end with its last byte", async () => {
    const stream = await client.chat.completions.create({ model: "sandbox/lorem", messages: MESSAGES, stream: true });
    for await (const _chunk of stream) await Promise.resolve();
    const found = await traced();
    const root = found.find(({ kind }) => kind === 2);
    const call = found.find(({ kind }) => kind === 3);
    expect(found.map(({ name }) => name)).toContain("settle");
    expect(BigInt(root?.endTimeUnixNano ?? 0)).toBeGreaterThanOrEqual(BigInt(call?.endTimeUnixNano ?? 1));
  });

  it("have a span for each attempt, with what failed, below the caller's own trace", async () => {
    const trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    const failed = client.chat.completions.create(
      { model: "sandbox/error-500", messages: MESSAGES },
      { headers: { traceparent: `00-${trace_id}-00f067aa0ba902b7-01` } },
    );
    await expect(failed).rejects.toMatchObject({ status: 502 });
    const found = await traced();
    const root = found.find(({ kind }) => kind === 2);
    expect(root).toMatchObject({ traceId: trace_id, parentSpanId: "00f067aa0ba902b7", status: { code: 2 } });
    const calls = found.filter(({ kind }) => kind === 3);
    expect(calls.length).toBeGreaterThanOrEqual(1);
    for (const call of calls) {
      expect(call.status.code).toBe(2);
      expect(facts(call)["error.type"]).toEqual(expect.any(String));
    }
    expect(new Set(calls.map((call) => facts(call)["ao.attempt"])).size).toBe(calls.length);
  });

  it("of what was refused say by what", async () => {
    const unknown = client.chat.completions.create({ model: "sandbox/nothing", messages: MESSAGES });
    await expect(unknown).rejects.toMatchObject({ status: 404 });
    const found = await traced();
    const policy = found.find(({ name }) => name === "policy");
    expect(policy === undefined ? {} : facts(policy)).toMatchObject({ "error.type": "model_not_found" });
    expect(found.find(({ kind }) => kind === 2)?.status).toEqual({});
  });
});
