import { describe, expect, it } from "vitest";
import {
  openSandbox,
  parseError,
  readError,
  readEvents,
  readPieces,
  readStream,
  readWhole,
  user,
} from "./sandbox-client.ts";

const STREAM = { stream: true, stream_options: { include_usage: true } };

describe("models that refuse", () => {
  it.each([
    ["error-400", 400, "invalid_request_error", "invalid_value", "temperature"],
    ["error-401", 401, "invalid_request_error", "invalid_api_key", null],
    ["error-413", 413, "invalid_request_error", "request_too_large", null],
    ["error-429", 429, "requests", "rate_limit_exceeded", null],
    ["error-500", 500, "server_error", null, null],
  ])(
    "%s answers %i in OpenAI's shape, whole, streamed and for embeddings",
    async (model, status, type, code, param) => {
      const sandbox = openSandbox();
      for (const response of [
        await sandbox.chat({ model }),
        await sandbox.chat({ model, ...STREAM }),
        await sandbox.send("/v1/embeddings", { model, input: "x" }),
      ]) {
        expect(response.headers.get("content-type")).toBe("application/json");
        expect(await readError(response)).toMatchObject({ status, type, code, param });
      }
    },
  );

  it("error-429 says when to come back", async () => {
    expect((await openSandbox().chat({ model: "error-429" })).headers.get("retry-after")).toBe("2");
    const later = await openSandbox().chat({ model: "error-429", metadata: { retry_after_s: "30" } });
    expect(later.headers.get("retry-after")).toBe("30");
  });

  it("flaky fails as often as it is told, for each flaky_id by itself", async () => {
    const sandbox = openSandbox();
    const call = async (flaky_id: string) =>
      (await sandbox.chat({ model: "flaky", metadata: { flaky_id, fail_times: "2" } })).status;
    expect([await call("a"), await call("b"), await call("a"), await call("a"), await call("a")]).toEqual([
      500, 500, 500, 200, 200,
    ]);
  });

  it("flaky without an id fails once, succeeds, and begins anew", async () => {
    const sandbox = openSandbox();
    const statuses: number[] = [];
    for (let time = 0; time < 4; time += 1) statuses.push((await sandbox.chat({ model: "flaky" })).status);
    expect(statuses).toEqual([500, 200, 500, 200]);
  });

  it("redirect points to another host and has no answer of its own", async () => {
    const response = await openSandbox().chat({ model: "redirect" });
    expect(response.status).toBe(302);
    expect(new URL(response.headers.get("location") ?? "").host).toBe("elsewhere.invalid");
    const chosen = await openSandbox().chat({ model: "redirect", metadata: { location: "http://canary.test/x" } });
    expect(chosen.headers.get("location")).toBe("http://canary.test/x");
  });

  it("garbage is a web page with status 200", async () => {
    const response = await openSandbox().chat({ model: "garbage", ...STREAM });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await response.text()).toContain("<h1>");
  });

  it("hang sends no headers until its caller gives up", async () => {
    const asleep = Promise.withResolvers<number>();
    const sandbox = openSandbox({
      sleep: (ms, signal) => {
        asleep.resolve(ms);
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve("aborted")));
      },
    });
    const caller = new AbortController();
    const pending = sandbox.chat({ model: "hang" }, { signal: caller.signal, headers: { "x-request-id": "hung" } });
    expect(await asleep.promise).toBe(600_000);
    expect(await sandbox.seen("hung")).toMatchObject([{ state: "open", status: null }]);
    caller.abort();
    await pending;
    expect(await sandbox.seen("hung")).toMatchObject([{ state: "cancelled", cancelled: true, tokens_generated: 0 }]);
  });

  it("slow waits two seconds before its headers, or as long as delay_ms says", async () => {
    const sandbox = openSandbox();
    await sandbox.chat({ model: "slow" });
    await sandbox.chat({ model: "slow", ...STREAM, metadata: { delay_ms: "31" } });
    expect(sandbox.pauses_ms).toEqual([2_000, 31]);
  });
});

describe("streams that go wrong", () => {
  it("error-first-event: status 200, and the only event is an error", async () => {
    const response = await openSandbox().chat({ model: "error-first-event", ...STREAM });
    expect(response.status).toBe(200);
    const { data } = readEvents(await response.text());
    expect(data).toHaveLength(1);
    expect(parseError(data[0] ?? "")).toMatchObject({ type: "server_error" });
    expect(await readError(await openSandbox().chat({ model: "error-first-event" }))).toMatchObject({ status: 200 });
  });

  it.each([0, 1, 7])("error-mid-stream: an error event after %i chunks, no finish and no [DONE]", async (after) => {
    const body = { model: "error-mid-stream", ...STREAM, metadata: { after_chunks: `${after}` } };
    const { data, rest } = readEvents(await (await openSandbox().chat(body)).text());
    expect(data).toHaveLength(1 + after + 1);
    expect(parseError(data.at(-1) ?? "")).toMatchObject({ type: "server_error" });
    expect(rest).toBe("");
    expect(data.join()).not.toContain('"finish_reason":"');
    expect((await openSandbox().chat({ ...body, stream: false, stream_options: null })).status).toBe(500);
  });

  it("no-done: everything but [DONE]", async () => {
    const stream = await readStream(await openSandbox().chat({ model: "no-done", ...STREAM }));
    expect([stream.done, stream.finish, stream.chunks.at(-1)?.usage?.completion_tokens]).toEqual([false, "stop", 20]);
  });

  it.each([false, true])("cut-mid-character: ends inside a character (streamed: %s)", async (stream) => {
    const response = await openSandbox().chat({ model: "cut-mid-character", stream });
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(() => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)).toThrow();
    const text = new TextDecoder().decode(bytes);
    expect(text).toContain("Grüße \uFFFD");
    expect(text.endsWith("\uFFFD")).toBe(true);
    expect(text).not.toContain("[DONE]");
  });

  it("endless does not stop by itself", async () => {
    const { reader, pieces } = await readPieces(await openSandbox().chat({ model: "endless", stream: true }), 5_000);
    expect(pieces).toHaveLength(5_000);
    await reader.cancel();
  });

  it("endless as a whole answer ends at the model's own bound", async () => {
    const { choice, usage } = await readWhole(
      await openSandbox().chat({ model: "endless", metadata: { delay_ms: "0" } }),
    );
    expect([choice.finish_reason, usage?.completion_tokens]).toEqual(["length", 16_384]);
  });

  it("big-line sends one event of the size asked for, in small pieces", async () => {
    const metadata = { size_bytes: "3000001" };
    const { pieces } = await readPieces(await openSandbox().chat({ model: "big-line", stream: true, metadata }), 1_000);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(65_536);
    const body = new Blob(pieces.map((piece) => new Uint8Array(piece)));
    const { text, chunks, done } = await readStream(new Response(body));
    expect([text.length, chunks.length, done]).toEqual([3_000_001, 3, true]);
  });
});

describe("usage that is wrong", () => {
  it("no-usage leaves it out although it was asked for", async () => {
    const sandbox = openSandbox();
    const { raw, done, finish } = await readStream(await sandbox.chat({ model: "no-usage", ...STREAM }));
    expect(JSON.stringify(raw)).not.toContain('usage":');
    expect([done, finish]).toEqual([true, "stop"]);
    expect((await readWhole(await sandbox.chat({ model: "no-usage" }))).usage).toBeUndefined();
  });

  it("zero-usage counts nothing although it spoke", async () => {
    const { message, usage } = await readWhole(await openSandbox().chat({ model: "zero-usage" }));
    expect(message.content).not.toBe("");
    expect(usage).toMatchObject({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
  });

  it("double-usage reports twice, the second time in full", async () => {
    const { chunks } = await readStream(await openSandbox().chat({ model: "double-usage", ...STREAM }));
    const reports = chunks.filter((chunk) => chunk.choices.length === 0).map((chunk) => chunk.usage?.completion_tokens);
    expect(reports).toEqual([10, 20]);
  });

  it.each([
    ["negative", '"prompt_tokens":-1000000'],
    ["fractional", '"completion_tokens":20.25'],
    ["string", '"completion_tokens":"20"'],
    ["overflow", '"prompt_tokens":9007199254740993'],
    ["infinite", '"completion_tokens":1e400'],
    ["huge", '"completion_tokens":9000000000000000'],
    ["null", '"completion_tokens":null'],
    ["missing", '"usage":{}'],
    ["cached", '"cached_tokens":1005'],
    ["reasoning", '"reasoning_tokens":1020'],
  ])("wrong-usage, variant %s, whole and streamed", async (variant, expected) => {
    const body = { model: "wrong-usage", metadata: { variant } };
    expect(await (await openSandbox().chat(body)).text()).toContain(expected);
    expect(await (await openSandbox().chat({ ...body, ...STREAM })).text()).toContain(expected);
  });

  it("wrong-usage refuses a variant that it does not know", async () => {
    const response = await openSandbox().chat({ model: "wrong-usage", metadata: { variant: "odd" } });
    expect(await readError(response)).toMatchObject({ status: 400, param: "metadata.variant" });
  });
});

describe("controls", () => {
  it("are read from the end of the last user message, which is not echoed", async () => {
    const messages = [user("say it [[cached_tokens=3 delay_ms=7]] ")];
    const sandbox = openSandbox();
    const { message, usage } = await readWhole(await sandbox.chat({ messages }));
    expect([message.content, usage?.prompt_tokens_details.cached_tokens]).toEqual(["say it", 3]);
    expect(new Set(sandbox.pauses_ms)).toEqual(new Set([7]));
  });

  it("in metadata win over the suffix", async () => {
    const messages = [user("x [[chunks=5]]")];
    const { usage } = await readWhole(
      await openSandbox().chat({ model: "lorem", messages, metadata: { chunks: "8" } }),
    );
    expect(usage?.completion_tokens).toBe(8);
  });

  it.each(["see [[Some Page]]", "see [[page=3]]", "[[chunks]]", "a [[chunks=2]] b"])(
    "are not seen in %j",
    async (content) => {
      const { message } = await readWhole(await openSandbox().chat({ messages: [user(content)] }));
      expect(message.content).toBe(content);
    },
  );

  it.each([
    ["chunks", "100001"],
    ["delay_ms", "60001"],
    ["delay_ms", "-1"],
    ["chunks", "ten"],
    ["tokens_per_chunk", "0"],
  ])("out of bounds are refused: %s=%s", async (name, value) => {
    const response = await openSandbox().chat({ model: "lorem", metadata: { [name]: value } });
    expect(await readError(response)).toMatchObject({ status: 400, param: `metadata.${name}` });
    const suffixed = await openSandbox().chat({ model: "lorem", messages: [user(`x [[${name}=${value}]]`)] });
    expect(await readError(suffixed)).toMatchObject({ status: 400, param: "messages" });
  });

  it("cached tokens are never more than the prompt", async () => {
    const { usage } = await readWhole(await openSandbox().chat({ metadata: { cached_tokens: "999" } }));
    expect(usage?.prompt_tokens_details.cached_tokens).toBe(usage?.prompt_tokens);
  });

  it("pause before each chunk, also where the answer is whole", async () => {
    for (const stream of [false, true]) {
      const sandbox = openSandbox();
      const metadata = { chunks: "3", delay_ms: "11" };
      await (await sandbox.chat({ model: "lorem", stream, metadata })).text();
      expect(sandbox.pauses_ms).toEqual([11, 11, 11, 11]);
    }
  });
});
