import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, expectStatus, type Founder, make, messageOf, rowsOf, signUp } from "../support/console.ts";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

let platform: TestPlatform;
let founder: Founder;
let receiver: FakeUpstream;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  receiver = await startFakeUpstream();
});
afterAll(async () => {
  await receiver.close();
  await platform.dispose();
});

const SECRET = "sk-canary-of-a-webhook";

const webhook = (more: object = {}) => ({
  kind: "webhook",
  name: "On call",
  url: `${receiver.url}/hook`,
  credential: { secret: SECRET },
  ...more,
});

describe("a channel", () => {
  it.each([
    [{ url: undefined }, "url"],
    [{ url: "ftp://a.example/" }, "url"],
    [{ credential: {} }, "credential.secret"],
    [{ credential: { secret: "short" } }, "credential.secret"],
    [{ credential: { secret: SECRET, api_key: SECRET } }, "credential"],
    [{ kind: "ses", credential: { access_key_id: SECRET, secret_access_key: SECRET } }, "sender"],
    [
      { kind: "ses", sender: "a@b.example", credential: { access_key_id: SECRET, secret_access_key: SECRET } },
      "region",
    ],
    [
      {
        kind: "ses",
        sender: "a@b.example",
        region: "eu.evil.example/",
        credential: { access_key_id: SECRET, secret_access_key: SECRET },
      },
      "region",
    ],
    [{ kind: "sendgrid", sender: "nobody", credential: { api_key: SECRET } }, "sender"],
    [{ alert_kinds: ["weather"] }, "alert_kinds"],
  ])("%o is refused with what is wrong", async (wrong, param) => {
    const answer = await founder.call("POST", "/v1/channels", webhook(wrong));
    expect([answer.status, codeOf(answer)]).toEqual([400, "invalid_request"]);
    expect(answer.body).toMatchObject({ error: { param: expect.stringContaining(param) } });
    expect(answer.text).not.toContain(SECRET);
  });

  it("never shows its credential, and keeps it when data keys are replaced", async () => {
    const { id } = await make(founder, "/v1/channels", webhook());
    const shown = await founder.call("GET", `/v1/channels/${id}`);
    expect(shown.body).toMatchObject({ kind: "webhook", has_credential: true });
    expect(shown.text).not.toContain(SECRET);
    expect((await founder.call("GET", "/v1/audit?target_type=channel")).text).not.toContain(SECRET);
    expectStatus(await founder.call("POST", `/v1/orgs/${founder.org_id}/rotate-data-key`), 200);
    receiver.play({ body: "" });
    expect((await founder.call("POST", `/v1/channels/${id}/test`)).body).toMatchObject({ ok: true });
  });

  it("is tested by a signed message, and what the receiver answers is told", async () => {
    const { id } = await make(founder, "/v1/channels", webhook());
    receiver.play({ status: 418, body: "short and stout" });
    const answer = await founder.call("POST", `/v1/channels/${id}/test`);
    expect(answer.body).toMatchObject({
      ok: false,
      http_status: 418,
      problem: "it answered with status 418",
      answer: "short and stout",
    });
    const [request] = receiver.requests;
    expect(request?.headers["x-ao-delivery"]).toBe(answer.body.delivery_id);
    const signed = `${request?.headers["x-ao-timestamp"]}.${request?.body}`;
    expect(request?.headers["x-ao-signature"]).toBe(`v1=${createHmac("sha256", SECRET).update(signed).digest("hex")}`);
    expect(JSON.parse(request?.body ?? "")).toMatchObject({ type: "test", channel_id: id, org_id: founder.org_id });
    const entries = rowsOf(await founder.call("GET", `/v1/audit?target_id=${id}`));
    expect(entries.map(({ action }) => action)).toEqual(["channel.tested", "channel.created"]);
  });

  it("of an e-mail service is tested by a message to whoever asks, unless it has addresses", async () => {
    const channel = { kind: "sendgrid", name: "Mail", url: receiver.url, sender: "ao@example.com" };
    const { id } = await make(founder, "/v1/channels", { ...channel, credential: { api_key: SECRET } });
    receiver.play({ status: 202, body: "" });
    expect((await founder.call("POST", `/v1/channels/${id}/test`)).body).toMatchObject({ ok: true, http_status: 202 });
    expect(receiver.requests[0]?.path).toBe("/v3/mail/send");
    expect(JSON.parse(receiver.requests[0]?.body ?? "").personalizations).toEqual([{ to: [{ email: founder.email }] }]);
  });
});

describe("a delivery", () => {
  it("that is dead is sent again when somebody asks for it, once", async () => {
    const { id: channel_id } = await make(founder, "/v1/channels", webhook());
    const message = {
      type: "alert",
      kind: "threshold",
      org_id: founder.org_id,
      source_id: "alr_1",
      at: 0,
      title: "Something happened",
      lines: [],
      tables: [],
      data: {},
    };
    await platform.query(
      "INSERT INTO notification_deliveries (id, org_id, source_id, type, kind, channel_id, recipient, status, message, tries, next_attempt_at, finished_at, created_at) VALUES ('dlv_1', ?, 'alr_1', 'alert', 'threshold', ?, '', 'dead', ?, 9, 0, 1, ?)",
      founder.org_id,
      channel_id,
      JSON.stringify(message),
      Date.now(),
    );
    expect(rowsOf(await founder.call("GET", "/v1/deliveries?status=dead"))).toMatchObject([
      { id: "dlv_1", channel_id },
    ]);
    receiver.play({ body: "" });
    const replayed = expectStatus(await founder.call("POST", "/v1/deliveries/dlv_1/replay"), 200);
    expect(replayed.body).toMatchObject({ status: "pending", finished_at: null });
    const again = await founder.call("POST", "/v1/deliveries/dlv_1/replay");
    expect([again.status, messageOf(again)]).toEqual([409, "This message waits for its next try already."]);
    await platform.runCron("* * * * *", Date.now());
    await expect.poll(() => receiver.requests.length, { timeout: 20_000 }).toBe(1);
    expect(receiver.requests[0]?.headers["x-ao-delivery"]).toBe("dlv_1");

    await expect
      .poll(async () => (await founder.call("GET", "/v1/deliveries/dlv_1")).body, { timeout: 20_000 })
      .toMatchObject({ status: "sent", attempts: [{ taken: true, http_status: 200, problem: null }] });
  });
});
