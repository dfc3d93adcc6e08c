import { evictDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import {
  LIVE_REQUESTS_MAX,
  LIVE_URL,
  LIVE_WATCHERS_MAX,
  type LiveMessage,
  liveMessageSchema,
} from "../../../schema/wire/live.ts";
import { admit, settings, settle } from "../../unit/wallet/make.ts";
import { freshWallet, type Stub } from "./in-wallet.ts";

const DOLLAR = 1_000_000_000;

interface Watcher {
  readonly socket: WebSocket;
  readonly messages: LiveMessage[];
  /** The messages, as soon as they are as wanted. */
  until(wanted: (messages: readonly LiveMessage[]) => boolean): Promise<readonly LiveMessage[]>;
}

async function watch(stub: Stub): Promise<Watcher> {
  const answer = await stub.fetch(LIVE_URL, { headers: { upgrade: "websocket" } });
  expect(answer.status).toBe(101);
  const socket = answer.webSocket;
  if (socket === null) throw new Error("no socket");
  const messages: LiveMessage[] = [];
  let told = (): void => undefined;
  socket.addEventListener("message", ({ data }) => {
    messages.push(liveMessageSchema.parse(JSON.parse(String(data))));
    told();
  });
  socket.accept();
  return {
    socket,
    messages,
    until: (wanted) =>
      new Promise((resolve) => {
        told = () => {
          if (wanted(messages)) resolve(messages);
        };
        told();
      }),
  };
}

const requestsOf = (messages: readonly LiveMessage[]) => messages.flatMap(({ requests }) => requests);
const lastWallet = (messages: readonly LiveMessage[]) => messages.at(-1)?.wallet;

describe("a wallet that is watched", () => {
  test("tells how it is at first, then what is held, then what was charged and for which request", async () => {
    const stub = await freshWallet({ limit_nano_usd: 5 * DOLLAR, team_id: "team_1" });
    const watcher = await watch(stub);
    await watcher.until((all) => all.length === 1);
    expect(lastWallet(watcher.messages)).toMatchObject({ available_nano_usd: 5 * DOLLAR, open_holds: 0 });
    await stub.admit(admit("a", DOLLAR));
    await watcher.until((all) => lastWallet(all)?.held_nano_usd === DOLLAR);
    await stub.settle(settle("a", 7));
    const messages = await watcher.until((all) => requestsOf(all).length > 0);
    expect(lastWallet(messages)).toMatchObject({ held_nano_usd: 0, spent_nano_usd: 7, open_holds: 0 });
    expect(requestsOf(messages)).toMatchObject([
      { id: "a", team_id: "team_1", cost_nano_usd: 7, outcome: "completed" },
    ]);
  });

  test("tells many requests in few messages, as many as there may be, and counts the others", async () => {
    const stub = await freshWallet({ limit_nano_usd: 5 * DOLLAR });
    const watcher = await watch(stub);
    const ids = Array.from({ length: LIVE_REQUESTS_MAX + 10 }, (_, index) => `r${index}`);
    await Promise.all(ids.map((id) => stub.admit(admit(id, 1_000))));
    await Promise.all(ids.map((id) => stub.settle(settle(id, 10))));
    const spent = ids.length * 10;
    const messages = await watcher.until((all) => lastWallet(all)?.spent_nano_usd === spent);
    const left_out = messages.reduce((sum, message) => sum + message.left_out, 0);
    expect(requestsOf(messages).length + left_out).toBe(ids.length);
    expect(messages.length).toBeLessThan(ids.length / 2);
    for (const { requests } of messages) expect(requests.length).toBeLessThanOrEqual(LIVE_REQUESTS_MAX);
  });

  test("goes on telling after the object has been away", async () => {
    const stub = await freshWallet({ limit_nano_usd: 5 * DOLLAR });
    const watcher = await watch(stub);
    await watcher.until((all) => all.length === 1);
    await evictDurableObject(stub, { webSockets: "hibernate" });
    await stub.admit(admit("a", DOLLAR));
    await watcher.until((all) => lastWallet(all)?.held_nano_usd === DOLLAR);
  });

  test("is watched by so many and no more; who leaves makes room", async () => {
    const stub = await freshWallet();
    const watchers = await Promise.all(Array.from({ length: LIVE_WATCHERS_MAX }, () => watch(stub)));
    const refused = await stub.fetch(LIVE_URL, { headers: { upgrade: "websocket" } });
    expect(refused.status).toBe(429);
    watchers[0]?.socket.close(1000);
    await expect.poll(async () => (await stub.fetch(LIVE_URL, { headers: { upgrade: "websocket" } })).status).toBe(101);
  });

  test("has no settings yet: it says so, and tells when it has", async () => {
    const stub = await freshWallet(null);
    const watcher = await watch(stub);
    await watcher.until((all) => all.length === 1);
    expect(lastWallet(watcher.messages)).toBeNull();
    await stub.configure(settings({ period: "none", limit_nano_usd: DOLLAR }));
    await watcher.until((all) => lastWallet(all)?.limit_nano_usd === DOLLAR);
  });

  test("answers nothing but an upgrade", async () => {
    const stub = await freshWallet();
    expect((await stub.fetch(LIVE_URL)).status).toBe(426);
  });
});
