import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { TraceExporter } from "../../../../workers/gateway/traces/exporter.ts";
import { otlpJson } from "../../../../workers/gateway/traces/otlp.ts";
import type { Span } from "../../../../workers/gateway/traces/span.ts";
import { Trace } from "../../../../workers/gateway/traces/trace.ts";

/** OpenTelemetry's own definition of what a collector takes, generated from its .proto files. */
const proto = createRequire(import.meta.url)("@opentelemetry/otlp-transformer/build/src/generated/root.js");
const ExportRequest = proto.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

/** A clock that moves by a millisecond with each look, and bytes that count up. */
function effects() {
  let now = 1_795_168_800_000;
  let byte = 0;
  return {
    now: () => (now += 1),
    randomBytes: (length: number) => Uint8Array.from({ length }, () => (byte = (byte + 1) % 256)),
  };
}

function trace(options: { ratio?: number; parent?: ConstructorParameters<typeof Trace>[0]["parent"] } = {}) {
  const kept: Span[] = [];
  const made = new Trace({
    effects: effects(),
    parent: options.parent ?? null,
    ratio: options.ratio ?? 1,
    name: "POST /v1/chat/completions",
    started_at: 1_795_168_800_000,
    attributes: { "http.request.method": "POST" },
    keep: (spans) => kept.push(...spans),
  });
  return { made, kept };
}

describe("a trace", () => {
  it("has its steps below the whole, each with its time and error", async () => {
    const { made, kept } = trace();
    await made.step("auth", async () => ({}));
    await made.step(
      "policy",
      async () => ({}),
      () => ({ error: "policy_denied" }),
    );
    await expect(made.step("admit", () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
    made.set({ "ao.outcome": "completed" });
    made.end(403, "policy_denied");
    made.end(500, null);
    expect(kept.map(({ name, error }) => [name, error])).toEqual([
      ["POST /v1/chat/completions", null],
      ["auth", null],
      ["policy", "policy_denied"],
      ["admit", "exception"],
    ]);
    const [root, ...steps] = kept;
    expect(steps.every(({ parent_id, trace_id }) => parent_id === root?.span_id && trace_id === root?.trace_id)).toBe(
      true,
    );
    expect(steps.every(({ started_at, ended_at }) => ended_at > started_at)).toBe(true);
    expect(root?.attributes).toEqual({
      "http.request.method": "POST",
      "ao.outcome": "completed",
      "http.response.status_code": 403,
    });
    expect(new Set(kept.map(({ span_id }) => span_id)).size).toBe(kept.length);
  });

  it("goes on below the caller's, and says so to what it calls", () => {
    const parent = { trace_id: "4bf92f3577b34da6a3ce929d0e0e4736", parent_id: "00f067aa0ba902b7", sampled: true };
    const { made, kept } = trace({ parent, ratio: 0 });
    expect(made.traceparent("1111111111111111")).toBe(`00-${parent.trace_id}-1111111111111111-01`);
    made.end(200, null);
    expect(kept).toMatchObject([{ trace_id: parent.trace_id, parent_id: parent.parent_id }]);
  });

  it("is kept by its share, and always when it failed", () => {
    const never = trace({ ratio: 0 });
    never.made.end(200, null);
    expect(never.kept).toEqual([]);
    expect(never.made.traceparent("1111111111111111")).toMatch(/-00$/);
    const failed = trace({ ratio: 0 });
    failed.made.end(502, "upstream_error");
    expect(failed.kept).toMatchObject([{ error: "upstream_error" }]);
    let kept = 0;
    for (let n = 0; n < 4_096; n += 1) {
      const trace_id = `4bf92f3577b34da6a3ce929d${(n * 0x10_0000).toString(16).padStart(8, "0")}`;
      const one = trace({ ratio: 0.25, parent: { trace_id, parent_id: "00f067aa0ba902b7", sampled: false } });
      one.made.end(200, null);
      kept += one.kept.length;
    }
    expect(kept).toBe(1_024);
  });

  it("with a hold ends when that has ended, not with the answer", () => {
    const { made, kept } = trace();
    made.hold();
    made.answered(200);
    expect(kept).toEqual([]);
    made.end(200, null);
    expect(kept).toHaveLength(1);
    const refused = trace();
    refused.made.answered(401);
    expect(refused.kept).toMatchObject([{ attributes: { "http.response.status_code": 401 }, error: null }]);
  });
});

const SPAN: Span = {
  trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
  span_id: "00f067aa0ba902b7",
  parent_id: "1111111111111111",
  name: "chat gpt-5-mini",
  kind: "client",
  started_at: 1_795_168_800_000,
  ended_at: 1_795_168_800_250,
  attributes: { text: "a", whole: 7, part: 0.25, flag: true, list: ["stop"], nothing: null },
  events: [{ name: "first_byte", at: 1_795_168_800_100 }],
  error: "rate_limited",
};

/** Ids are hex in OTLP's JSON, and base 64 for protobuf's own. */
function collected(json: string): object {
  const ids = z.object({
    resourceSpans: z.array(
      z.looseObject({ scopeSpans: z.array(z.looseObject({ spans: z.array(z.record(z.string(), z.unknown())) })) }),
    ),
  });
  const body = ids.parse(JSON.parse(json));
  for (const { scopeSpans } of body.resourceSpans)
    for (const { spans } of scopeSpans)
      for (const span of spans)
        for (const name of ["traceId", "spanId", "parentSpanId"])
          if (typeof span[name] === "string") span[name] = Buffer.from(span[name], "hex").toString("base64");
  return body;
}

describe("OTLP", () => {
  it("is what OpenTelemetry's own definition reads, nothing of it lost", () => {
    const sent = collected(
      otlpJson([SPAN, { ...SPAN, parent_id: null, error: null }], { "service.name": "ai-orchestrator" }),
    );
    const message = ExportRequest.fromObject(sent);
    expect(ExportRequest.verify(message)).toBeNull();
    // Through the wire format and back: a field that the definition does not know would be gone.
    const read = ExportRequest.toObject(ExportRequest.decode(ExportRequest.encode(message).finish()), {
      longs: String,
      bytes: String,
      enums: Number,
    });
    expect(withoutEmpty(read)).toEqual(withoutEmpty(sent));
    const [span] = read.resourceSpans[0].scopeSpans[0].spans;
    expect(span).toMatchObject({
      kind: 3,
      startTimeUnixNano: "1795168800000000000",
      endTimeUnixNano: "1795168800250000000",
      status: { code: 2 },
    });
  });
});

/** 64-bit numbers as text on both sides, empty lists left out. */
const withoutEmpty = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      Array.isArray(inner) && inner.length === 0 ? [] : [[name, withoutEmpty(inner)]],
    ),
  );
};

describe("the exporter", () => {
  const collector = {
    url: "http://127.0.0.1:4318/v1/traces",
    headers: { authorization: "Bearer x" },
    allow_private: true,
    resource: {},
  };

  function rig(answer: () => Response | Promise<Response>) {
    const sent: { url: string; headers: Headers; spans: number }[] = [];
    const waiting: Promise<unknown>[] = [];
    let release: () => void = () => undefined;
    const tools = {
      effects: {
        now: () => 0,
        wait: () =>
          new Promise<void>((resolve) => {
            release = resolve;
          }),
        fetch: async (url: unknown, init?: RequestInit) => {
          const spans = JSON.parse(String(init?.body)).resourceSpans[0].scopeSpans[0].spans.length;
          sent.push({ url: String(url), headers: new Headers(init?.headers), spans });
          return await answer();
        },
      },
      waitUntil: (promise: Promise<unknown>) => void waiting.push(promise),
    };
    const flush = async () => {
      release();
      await Promise.all(waiting.splice(0));
    };
    return { sent, tools, waiting, flush };
  }

  it("sends what gathered, in batches, once", async () => {
    const { sent, tools, waiting, flush } = rig(() => new Response("{}"));
    const exporter = new TraceExporter(collector);
    for (let n = 0; n < 600; n += 1) exporter.add([SPAN], tools);
    expect(waiting).toHaveLength(1);
    await flush();
    expect(sent.map(({ spans }) => spans)).toEqual([512, 88]);
    expect(sent[0]?.url).toBe(collector.url);
    expect(sent[0]?.headers.get("authorization")).toBe("Bearer x");
    expect(sent[0]?.headers.get("content-type")).toBe("application/json");
    exporter.add([SPAN], tools);
    await flush();
    expect(sent).toHaveLength(3);
  });

  it.each([
    ["answers with an error", () => new Response("no", { status: 503 })],
    ["cannot be reached", () => Promise.reject(new Error("refused"))],
  ])("drops what a collector does not take that %s, and goes on", async (_name, answer) => {
    const { sent, tools, flush } = rig(answer);
    const exporter = new TraceExporter(collector);
    exporter.add([SPAN], tools);
    await flush();
    exporter.add([SPAN, SPAN], tools);
    await flush();
    expect(sent.map(({ spans }) => spans)).toEqual([1, 2]);
  });

  it("keeps no more than it can hold", async () => {
    const { sent, tools, flush } = rig(() => new Response("{}"));
    const exporter = new TraceExporter(collector);
    for (let n = 0; n < 3_000; n += 1) exporter.add([SPAN], tools);
    await flush();
    expect(sent.reduce((sum, { spans }) => sum + spans, 0)).toBe(2_048);
  });
});
