import { AwsV4Signer } from "aws4fetch";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { Channel } from "../../../schema/notifications/channel.ts";
import { sendBy } from "../../../schema/notifications/channels/registry.ts";
import { emailOf } from "../../../schema/notifications/email.ts";
import { channel, NOW, notification, outgoing, tools } from "./examples.ts";

const TEXT = "8.10 of 10.00 US dollars are spent.\n\nWallets\nWallet  Spent\nA & B    8.10\n";
const HTML =
  '<!doctype html><html><body style="font-family:sans-serif"><h2>Search &lt;beta&gt; has spent 80 % of its limit</h2>' +
  "<p>8.10 of 10.00 US dollars are spent.</p><h3>Wallets</h3>" +
  '<table cellpadding="4"><tr><th align="left">Wallet</th><th align="right">Spent</th></tr>' +
  '<tr><td align="left">A &amp; B</td><td align="right">8.10</td></tr></table></body></html>';

describe("an e-mail", () => {
  test("says the same in text and in HTML, where what people have named is escaped", () => {
    expect(emailOf(notification)).toEqual({ subject: notification.title, text: TEXT, html: HTML });
  });

  test("has one line for a subject, whatever a name contains", () => {
    const { subject } = emailOf({ ...notification, title: `Team\r\nBcc: all@example.com${"x".repeat(300)}` });
    expect(subject).toMatch(/^Team Bcc: all@example\.comx+$/);
    expect(subject).toHaveLength(150);
  });
});

const ses = channel({
  kind: "ses",
  sender: "ao@example.com",
  region: "eu-central-1",
  credential: { access_key_id: "AKIDEXAMPLE12345", secret_access_key: "wJalrXUtnFEMI/K7MDENG" },
});
const sendgrid = channel({ kind: "sendgrid", sender: "ao@example.com", credential: { api_key: "SG.0123456789" } });

/** Sends to whoever answers with this, and tells what was asked of it. */
async function sendAnd(to: Channel, status: number, answer: unknown, headers: Record<string, string> = {}) {
  const calls: { url: string; headers: Headers; body: string }[] = [];
  const playing: typeof fetch = async (input, init) => {
    calls.push({ url: String(input), headers: new Headers(init?.headers), body: z.string().parse(init?.body) });
    return new Response(answer === null ? null : JSON.stringify(answer), { status, headers });
  };
  const mail = { ...outgoing, recipients: ["lead@example.com"] };
  const sent = await sendBy(to, mail, tools({ allow_private: false, fetch: playing }));
  const [call] = calls;
  if (call === undefined) throw new Error("nothing was asked");
  return { sent, call, body: JSON.parse(call.body) };
}

describe("Amazon SES", () => {
  test("is asked as its API v2 says, under a signature that fits", async () => {
    const { sent, call, body } = await sendAnd(ses, 200, { MessageId: "0107018" });
    expect(sent).toMatchObject({ taken: true, http_status: 200 });
    expect(call.url).toBe("https://email.eu-central-1.amazonaws.com/v2/email/outbound-emails");
    expect(body).toEqual({
      FromEmailAddress: "ao@example.com",
      Destination: { ToAddresses: ["lead@example.com"] },
      Content: {
        Simple: {
          Subject: { Data: notification.title, Charset: "UTF-8" },
          Body: { Text: { Data: TEXT, Charset: "UTF-8" }, Html: { Data: HTML, Charset: "UTF-8" } },
          Headers: [{ Name: "X-AO-Delivery", Value: "dlv_1" }],
        },
      },
    });
    const again = await new AwsV4Signer({
      method: "POST",
      url: call.url,
      headers: { "content-type": "application/json" },
      body: call.body,
      accessKeyId: "AKIDEXAMPLE12345",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG",
      service: "ses",
      region: "eu-central-1",
      datetime: new Date(NOW).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
    }).sign();
    expect(call.headers.get("authorization")).toBe(again.headers.get("authorization"));
    expect(call.headers.get("authorization")).toContain("Credential=AKIDEXAMPLE12345/20261120/eu-central-1/ses/aws4");
  });

  test.each([
    [400, { message: "Email address is not verified." }, true, "Email address is not verified."],
    [400, { Message: "Throttling: Maximum sending rate exceeded." }, false, "Maximum sending rate exceeded."],
    [403, { message: "The security token included in the request is invalid." }, false, "is invalid."],
    [429, { message: "Too many requests" }, false, "Too many requests"],
    [500, { message: "Internal failure" }, false, "Internal failure"],
  ])(
    "that answers %i %o is told of, and tried again unless the message is at fault",
    async (status, answer, permanent, said) => {
      const { sent } = await sendAnd(ses, status, answer);
      expect(sent).toMatchObject({ taken: false, http_status: status, permanent });
      expect(sent.problem).toContain(said);
    },
  );
});

describe("SendGrid", () => {
  test("is asked as its API v3 says, each receiver without the others", async () => {
    const { sent, call, body } = await sendAnd(sendgrid, 202, null);
    expect(sent).toMatchObject({ taken: true, http_status: 202 });
    expect(call.url).toBe("https://api.sendgrid.com/v3/mail/send");
    expect(call.headers.get("authorization")).toBe("Bearer SG.0123456789");
    expect(body).toEqual({
      personalizations: [{ to: [{ email: "lead@example.com" }] }],
      from: { email: "ao@example.com" },
      subject: notification.title,
      content: [
        { type: "text/plain", value: TEXT },
        { type: "text/html", value: HTML },
      ],
      headers: { "X-AO-Delivery": "dlv_1" },
      custom_args: { ao_delivery: "dlv_1" },
    });
  });

  test.each([
    [400, "Does not contain a valid address.", true],
    [401, "The provided authorization grant is invalid, expired, or revoked", false],
    [403, "The from address does not match a verified Sender Identity.", false],
    [413, "The payload is too large", true],
    [429, "too many requests", false],
    [503, "Service not available", false],
  ])(
    "that answers %i is told of, and tried again unless the message is at fault",
    async (status, message, permanent) => {
      const answer = { errors: [{ message, field: "from", help: null }] };
      const { sent } = await sendAnd(sendgrid, status, answer, { "retry-after": "7" });
      expect(sent).toMatchObject({ taken: false, http_status: status, permanent, retry_after_ms: 7_000 });
      expect(sent.problem).toBe(`it answered with status ${status}: ${message}`);
    },
  );

  test("can be another address, such as the one for Europe", async () => {
    const { call } = await sendAnd({ ...sendgrid, url: "https://api.eu.sendgrid.com" }, 202, null);
    expect(call.url).toBe("https://api.eu.sendgrid.com/v3/mail/send");
  });
});

test.each([
  [{ ...ses, region: null }],
  [{ ...ses, credential: {} }],
  [{ ...sendgrid, sender: null }],
  [{ ...sendgrid, credential: {} }],
  [channel({ kind: "pigeon" })],
])("a channel that misses something sends nothing and says what", async (incomplete) => {
  const never: typeof fetch = () => Promise.reject(new Error("it was called"));
  const sent = await sendBy(incomplete, outgoing, tools({ fetch: never }));
  expect(sent).toMatchObject({ taken: false, http_status: null, permanent: false });
  expect(sent.problem).not.toContain("it was called");
});
