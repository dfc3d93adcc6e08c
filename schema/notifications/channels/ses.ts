import { AwsV4Signer } from "aws4fetch";
import * as z from "zod";
import { checkedPost, isTaken, type Posted } from "../../http/checked-post.ts";
import { tryParseJson } from "../../kernel/json.ts";
import type { Channel, NotificationChannel, Outgoing } from "../channel.ts";
import { CHANNEL_KINDS } from "../channel-kinds.ts";
import { emailOf } from "../email.ts";
import { sentOf, unsendable } from "../sent.ts";

/**
 * Amazon SES: `SendEmail` of its API v2, signed with Signature Version 4.
 * Source: the Amazon SES API v2 reference, SendEmail.
 */
export const ses: NotificationChannel = {
  async send(channel, outgoing, tools) {
    const { region, sender, credential } = channel;
    const { access_key_id, secret_access_key, session_token } = credential;
    if (region === null || sender === null) return unsendable("the channel has no region or no sender");
    if (access_key_id === undefined || secret_access_key === undefined)
      return unsendable("the channel has no access key");
    const url = `${baseUrl(channel, region)}/v2/email/outbound-emails`;
    const body = JSON.stringify(requestOf(sender, outgoing));
    const { headers } = await new AwsV4Signer({
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body,
      accessKeyId: access_key_id,
      secretAccessKey: secret_access_key,
      ...(session_token === undefined ? {} : { sessionToken: session_token }),
      service: "ses",
      region,
      datetime: new Date(tools.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
    }).sign();
    // The runtime sets the host itself, to the same that was signed.
    const signed = Object.fromEntries([...headers].filter(([name]) => name !== "host"));
    const posted = await checkedPost({ url, headers: signed, body }, tools, tools);
    return sentOf(posted, isTaken(posted), isRejected(posted), messageOf(posted));
  },
};

const baseUrl = ({ url }: Channel, region: string): string =>
  url ?? CHANNEL_KINDS.ses.default_url.replace("{region}", region);

function requestOf(sender: string, { delivery_id, recipients, notification }: Outgoing) {
  const { subject, text, html } = emailOf(notification);
  const content = (data: string) => ({ Data: data, Charset: "UTF-8" });
  return {
    FromEmailAddress: sender,
    Destination: { ToAddresses: recipients },
    Content: {
      Simple: {
        Subject: content(subject),
        Body: { Text: content(text), Html: content(html) },
        Headers: [{ Name: "X-AO-Delivery", Value: delivery_id }],
      },
    },
  };
}

/** `MessageRejected`, `BadRequestException` and their like are 400; throttling is 429, and 400 in older regions. */
const isRejected = (posted: Posted): boolean =>
  posted.status === "answered" && posted.http_status === 400 && !/throttl/i.test(posted.text);

const errorSchema = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ Message: z.string() }).transform(({ Message }) => Message),
]);

const messageOf = (posted: Posted): string | null =>
  posted.status === "answered" ? (errorSchema.safeParse(tryParseJson(posted.text)).data ?? null) : null;
