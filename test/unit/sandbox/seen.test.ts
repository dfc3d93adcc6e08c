import { describe, expect, it } from "vitest";
import { openSandbox, readPieces, user } from "./sandbox-client.ts";

const init = (id: string, more: RequestInit = {}) => ({
  ...more,
  headers: { "x-request-id": id, authorization: "Bearer sk-canary-credential" },
});

describe("what the sandbox has seen", () => {
  it("names fields and headers, and holds neither prompt, answer nor credential", async () => {
    const sandbox = openSandbox();
    const body = {
      stream: true,
      max_tokens: 9,
      stream_options: { include_usage: true },
      messages: [user("canary prompt")],
    };
    await (await sandbox.chat(body, init("a"))).text();
    const text = await (await sandbox.get("/_seen")).text();
    expect(text).not.toContain("canary");
    expect(await sandbox.seen("a")).toMatchObject([
      {
        request_id: "a",
        method: "POST",
        path: "/v1/chat/completions",
        model: "echo",
        stream: true,
        max_tokens: 9,
        include_usage: true,
        header_names: ["authorization", "content-type", "x-request-id"],
        body_fields: ["max_tokens", "messages", "model", "stream", "stream_options"],
        status: 200,
        state: "finished",
        cancelled: false,
        tokens_generated: 4,
        prompt_tokens: 5,
      },
    ]);
  });

  it("keeps a cancelled stream with the tokens it had generated, and generates no more", async () => {
    const sandbox = openSandbox();
    const response = await sandbox.chat({ model: "lorem", stream: true }, init("gone"));
    const { reader } = await readPieces(response, 1 + 12);
    await reader.cancel();
    expect(await sandbox.seen("gone")).toMatchObject([{ state: "cancelled", cancelled: true, tokens_generated: 12 }]);
  });

  it("keeps a stream whose request was aborted, and breaks its body off", async () => {
    const sandbox = openSandbox();
    const caller = new AbortController();
    const response = await sandbox.chat({ model: "endless", stream: true }, init("aborted", { signal: caller.signal }));
    const { reader } = await readPieces(response, 4);
    caller.abort();
    await expect(reader.read()).rejects.toThrow("aborted");
    expect(await sandbox.seen("aborted")).toMatchObject([{ state: "cancelled", tokens_generated: 3 }]);
  });

  it("wakes a pause when the caller leaves", async () => {
    let pauses = 0;
    const asleep = Promise.withResolvers<void>();
    const sandbox = openSandbox({
      sleep: (_ms, signal) => {
        pauses += 1;
        asleep.resolve();
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve("aborted"), { once: true }));
      },
    });
    const body = { model: "lorem", stream: true, metadata: { delay_ms: "60000" } };
    const { reader } = await readPieces(await sandbox.chat(body, init("asleep")), 1);
    const pending = reader.read();
    await asleep.promise;
    await reader.cancel();
    expect((await pending).done).toBe(true);
    expect(await sandbox.seen("asleep")).toMatchObject([{ state: "cancelled", tokens_generated: 0 }]);
    expect(pauses).toBe(1);
  });

  it("keeps a whole answer whose caller left while it was made", async () => {
    const caller = new AbortController();
    let pauses = 0;
    const sandbox = openSandbox({
      sleep: async (_ms, signal) => {
        pauses += 1;
        if (pauses === 6) caller.abort();
        return signal.aborted ? "aborted" : "slept";
      },
    });
    await sandbox.chat({ model: "lorem", metadata: { delay_ms: "5" } }, init("left", { signal: caller.signal }));
    expect(await sandbox.seen("left")).toMatchObject([{ state: "cancelled", tokens_generated: 5 }]);
  });

  it("does not take a cancel after [DONE] for a cancelled request", async () => {
    const sandbox = openSandbox();
    const { reader } = await readPieces(await sandbox.chat({ stream: true }, init("late")), 1 + 4 + 1 + 1);
    await reader.cancel();
    expect(await sandbox.seen("late")).toMatchObject([{ state: "finished", cancelled: false, tokens_generated: 4 }]);
  });

  it("keeps what was refused, too", async () => {
    const sandbox = openSandbox();
    await sandbox.chat({ model: "nobody" }, init("refused"));
    await sandbox.get("/v1/models", init("refused"));
    expect(await sandbox.seen("refused")).toMatchObject([
      { model: "nobody", status: 404, state: "finished" },
      { model: null, status: 200, method: "GET" },
    ]);
  });

  it("forgets on DELETE, the failures of flaky as well", async () => {
    const sandbox = openSandbox();
    const flaky = { model: "flaky", metadata: { flaky_id: "f" } };
    expect((await sandbox.chat(flaky, init("x"))).status).toBe(500);
    expect((await sandbox.get("/_seen", { method: "DELETE" })).status).toBe(204);
    expect(await sandbox.seen("x")).toEqual([]);
    expect((await sandbox.chat(flaky)).status).toBe(500);
  });

  it("keeps the last thousand", async () => {
    const sandbox = openSandbox();
    for (let index = 0; index < 1_005; index += 1) await sandbox.get("/v1/models", init(`r${index}`));
    expect(await sandbox.seen("r4")).toEqual([]);
    expect(await sandbox.seen("r5")).toHaveLength(1);
    expect(await sandbox.seen("r1004")).toHaveLength(1);
  });
});
