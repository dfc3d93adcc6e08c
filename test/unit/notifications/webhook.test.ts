import { createHmac } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { sendBy } from "../../../schema/notifications/channels/registry.ts";
import { channel, NOW, outgoing, tools } from "./examples.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

const open: Receiver[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((receiver) => receiver.close()))));

async function receiver(...args: Parameters<typeof startReceiver>): Promise<Receiver> {
  const started = await startReceiver(...args);
  open.push(started);
  return started;
}

const sendTo = (url: string, more: Parameters<typeof tools>[0] = {}) =>
  sendBy(channel({ url: `${url}/hook` }), outgoing, tools(more));

describe("a webhook gets", () => {
  test("the message as JSON, with an id that stays and a signature over timestamp and body", async () => {
    const { url, received } = await receiver((response) => response.end("thanks"));
    expect(await sendTo(url)).toEqual({
      taken: true,
      http_status: 200,
      problem: null,
      answer: "",
      permanent: false,
      retry_after_ms: null,
    });
    const [{ path, headers, body } = { path: "", headers: {}, body: "" }] = received;
    expect(path).toBe("/hook");
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-ao-delivery": "dlv_1",
      "x-ao-timestamp": String(NOW),
      "x-ao-signature": `v1=${createHmac("sha256", "the secret of now").update(`${NOW}.${body}`).digest("hex")}`,
    });
    expect(JSON.parse(body)).toEqual({
      id: "dlv_1",
      type: "alert",
      kind: "threshold",
      org_id: "org_1",
      channel_id: "chn_1",
      source_id: "alr_1",
      at: "2026-11-20T09:59:55.000Z",
      title: "Search <beta> has spent 80 % of its limit",
      text: "8.10 of 10.00 US dollars are spent.",
      data: { percent: 80, wallet_id: "wal_1" },
    });
  });

  test("a signature by each secret while one takes the place of another", async () => {
    const { url, received } = await receiver((response) => response.end());
    const credential = { secret: "the secret of now", previous_secret: "the one before" };
    await sendBy(channel({ url, credential }), outgoing, tools());
    const [first] = received;
    const by = (secret: string) =>
      `v1=${createHmac("sha256", secret).update(`${first?.headers["x-ao-timestamp"]}.${first?.body}`).digest("hex")}`;
    expect(first?.headers["x-ao-signature"]).toBe(`${by("the secret of now")},${by("the one before")}`);
  });

  test("nothing without a secret to sign with", async () => {
    const { url, received } = await receiver((response) => response.end());
    expect(await sendBy(channel({ url, credential: {} }), outgoing, tools())).toMatchObject({ taken: false });
    expect(received).toEqual([]);
  });
});

describe("a receiver that", () => {
  test("fails has not taken it, and says when it wants to hear of it again", async () => {
    const { url } = await receiver((response) => response.writeHead(503, { "retry-after": "120" }).end("busy"));
    expect(await sendTo(url)).toEqual({
      taken: false,
      http_status: 503,
      problem: "it answered with status 503",
      answer: "busy",
      permanent: false,
      retry_after_ms: 120_000,
    });
  });

  test("is gone for good is not asked again", async () => {
    const { url } = await receiver((response) => response.writeHead(410).end());
    expect(await sendTo(url)).toMatchObject({ taken: false, permanent: true });
  });

  test("redirects is not followed", async () => {
    const { url, received } = await receiver((response, path) =>
      path === "/hook" ? response.writeHead(307, { location: "/elsewhere" }).end() : response.end(),
    );
    expect(await sendTo(url)).toMatchObject({
      taken: false,
      http_status: 307,
      problem: "it answered with a redirect, which is not followed",
    });
    expect(received.map(({ path }) => path)).toEqual(["/hook"]);
  });

  test("hangs is given up", async () => {
    const { url } = await receiver(() => undefined);
    expect(await sendTo(url, { timeout_ms: 100 })).toMatchObject({
      taken: false,
      http_status: null,
      problem: "no answer in 0.1 seconds",
    });
  });

  test("says yes and never ends has taken it", async () => {
    const { url } = await receiver((response) => void response.writeHead(200).write("yes"));
    expect(await sendTo(url, { timeout_ms: 5_000 })).toMatchObject({ taken: true, answer: "" });
    expect(await sendTo(url, { timeout_ms: 2_000, read_answer: true })).toMatchObject({ taken: true, answer: "yes" });
  });

  test("answers with more than anybody reads is cut short", async () => {
    const { url } = await receiver((response) => {
      response.writeHead(500);
      const more = () => {
        while (response.write("x".repeat(65_536)));
        response.once("drain", more);
      };
      more();
    });
    expect(await sendTo(url)).toMatchObject({ taken: false, http_status: 500, answer: "x".repeat(500) });
  });

  test("does not listen is a failure like another", async () => {
    const { url, close } = await startReceiver(() => undefined);
    await close();
    expect(await sendTo(url)).toMatchObject({ taken: false, http_status: null, permanent: false });
  });
});

test.each([
  "http://127.0.0.1:9/hook",
  "https://127.0.0.1/hook",
  "https://10.0.0.7/hook",
  "https://[::1]/hook",
  "https://169.254.169.254/latest/meta-data",
  "https://metadata.google.internal/",
  "http://hooks.example.com/",
])("without AO_ALLOW_PRIVATE_UPSTREAMS, nothing is sent to %s", async (url) => {
  let calls = 0;
  const counting: typeof fetch = () => {
    calls += 1;
    return Promise.reject(new Error("it was called"));
  };
  const sent = await sendBy(channel({ url }), outgoing, tools({ allow_private: false, fetch: counting }));
  expect(sent).toMatchObject({ taken: false, http_status: null });
  expect(sent.problem).toMatch(/^the URL (must begin with https|points to a private)/);
  expect(calls).toBe(0);
});
