import { describe, expect, it } from "vitest";
import { readBounded, readJsonBody } from "../../../schema/http/read-json-body.ts";
import { isRefused, type Refusal } from "../../../schema/kernel/errors.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";

const JSON_TYPE = { "content-type": "application/json" };
const post = (body: string | ReadableStream<Uint8Array> | null, headers: Record<string, string> = JSON_TYPE): Request =>
  new Request("https://gateway.example/v1/chat/completions", {
    method: "POST",
    headers,
    ...(body === null ? {} : { body }),
    // Node asks for it with a stream.
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  });

async function refusalOf(request: Request): Promise<Refusal | null> {
  const read = await readJsonBody(request);
  return isRefused(read) ? read.refused : null;
}

/** A stream of chunks that says how much of it was taken and whether it was cancelled. */
function source(chunk: Uint8Array, count: number) {
  const seen = { pulled: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (seen.pulled === count) return controller.close();
        seen.pulled += 1;
        controller.enqueue(chunk);
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, stream };
}

describe("a body", () => {
  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "APPLICATION/JSON",
    "application/json ;charset=utf-8",
    "application/vnd.api+json",
  ])("of type %s is read", async (type) => {
    expect(await readJsonBody(post('{"a":"é👋"}', { "content-type": type }))).toEqual({ body: { a: "é👋" } });
  });

  it("without a type is read, as from curl with a stream", async () => {
    const { stream } = source(new TextEncoder().encode("{}"), 1);
    expect(await readJsonBody(post(stream, {}))).toEqual({ body: {} });
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/jsonp",
    "application/json-seq",
    "text/json",
    "application/xml, application/json",
  ])("of type %s is refused", async (type) => {
    expect(await refusalOf(post("{}", { "content-type": type }))).toMatchObject({ code: "unsupported_media_type" });
  });

  it.each(["gzip", "br", "deflate", "zstd", "gzip, identity"])(
    "compressed with %s is refused unread",
    async (encoding) => {
      expect(await refusalOf(post("{}", { ...JSON_TYPE, "content-encoding": encoding }))).toMatchObject({
        code: "unsupported_media_type",
        message: expect.stringContaining("content-encoding"),
      });
    },
  );

  it("that is not compressed may say so", async () => {
    expect(await refusalOf(post("{}", { ...JSON_TYPE, "content-encoding": "identity" }))).toBeNull();
  });

  it.each(["", null])("of nothing (%j) is refused with what to send", async (body) => {
    expect(await refusalOf(post(body))).toEqual({
      code: "invalid_json",
      message: "The body is empty. Send a JSON object.",
    });
  });

  it.each(["null", "1", '"x"', "[]", "true", "[{}]"])("of %s is no object", async (body) => {
    expect(await refusalOf(post(body))).toMatchObject({
      code: "invalid_json",
      message: "The body must be a JSON object.",
    });
  });

  it.each([
    "{",
    "{]",
    "{'a':1}",
    "{a:1}",
    '{"a":1,}',
    '{"a":NaN}',
    '{"a":undefined}',
    "hello",
    '{"a":1}{"b":2}',
    '{"a":"\n"}',
  ])("that is no JSON is refused: %j", async (body) => {
    expect(await refusalOf(post(body))).toMatchObject({ code: "invalid_json" });
  });

  it("that is no JSON is told where it breaks, without what stands there", async () => {
    const refusal = await refusalOf(post('{"prompt":"canary-secret", canary}'));
    expect(refusal?.message).toMatch(/^The body is not valid JSON( \(it breaks at character \d+\))?\.$/);
    expect(JSON.stringify(refusal)).not.toContain("canary");
  });

  it("that is deeply nested is refused before it is parsed", async () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    expect(await refusalOf(post(nested(LIMITS.json_depth)))).toBeNull();
    expect(await refusalOf(post(nested(LIMITS.json_depth + 1)))).toMatchObject({ code: "json_too_deep" });
    expect(await refusalOf(post(`{"a":${"[".repeat(100_000)}`))).toMatchObject({ code: "json_too_deep" });
  });

  it("may contain any number of brackets in its texts", async () => {
    expect(await refusalOf(post(JSON.stringify({ a: `${'{"['.repeat(500)}\\` })))).toBeNull();
  });

  const megabyte = new Uint8Array(1024 * 1024).fill(32);
  const TOO_MANY = LIMITS.body_bytes / megabyte.length + 2;

  it.each([
    ["says so", { ...JSON_TYPE, "content-length": String(LIMITS.body_bytes + 1) }],
    ["turns out to be", JSON_TYPE],
  ])(
    "that is too large and %s is refused, and taken to its end so that the sender sees the refusal",
    async (_name, headers) => {
      const { seen, stream } = source(megabyte, TOO_MANY);
      expect(await refusalOf(post(stream, headers))).toMatchObject({ code: "payload_too_large" });
      expect(seen).toEqual({ pulled: TOO_MANY, cancelled: false });
    },
  );

  it("that does not end is cancelled after a bounded part of it", async () => {
    const { seen, stream } = source(megabyte, 1_000);
    expect(await refusalOf(post(stream))).toMatchObject({ code: "payload_too_large" });
    expect(seen.cancelled).toBe(true);
    expect(seen.pulled).toBeLessThanOrEqual((LIMITS.body_bytes + LIMITS.body_discard_bytes) / megabyte.length + 3);
  });

  it("reaches no prototype by its member names", async () => {
    const read = await readJsonBody(post('{"__proto__":{"admin":true},"a":1}'));
    if (isRefused(read)) throw new Error("refused");
    expect("admin" in read.body).toBe(false);
    expect(Object.keys(read.body)).toEqual(["__proto__", "a"]);
  });
});

describe("a bounded read", () => {
  const bytes = new TextEncoder().encode("é漢👋!");

  it("joins characters that come in pieces", async () => {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    expect(await readBounded(stream, bytes.length)).toBe("é漢👋!");
  });

  it("takes exactly the limit and not a byte more", async () => {
    expect(await readBounded(source(bytes, 2).stream, bytes.length * 2)).toBe("é漢👋!é漢👋!");
    expect(await readBounded(source(bytes, 2).stream, bytes.length * 2 - 1)).toBeNull();
  });

  it("counts bytes and not characters", async () => {
    expect(await readBounded(source(new TextEncoder().encode("👋"), 1).stream, 3)).toBeNull();
  });

  it("passes a broken stream on as a failure", async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("gone")),
    });
    await expect(readBounded(stream, 10)).rejects.toThrow("gone");
  });
});
