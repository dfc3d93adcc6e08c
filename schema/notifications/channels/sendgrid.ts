import * as z from "zod";
import { checkedPost, isTaken, type Posted } from "../../http/checked-post.ts";
import { tryParseJson } from "../../kernel/json.ts";
import type { NotificationChannel, Outgoing } from "../channel.ts";
import { CHANNEL_KINDS } from "../channel-kinds.ts";
import { emailOf } from "../email.ts";
import { sentOf, unsendable } from "../sent.ts";

/**
 * SendGrid: `POST /v3/mail/send`.
 * Source: the Twilio SendGrid v3 API reference, Mail Send and its errors.
 */
export const sendgrid: NotificationChannel = {
  async send(channel, outgoing, tools) {
    const { sender, credential } = channel;
    if (sender === null) return unsendable("the channel has no sender");
    if (credential.api_key === undefined) return unsendable("the channel has no API key");
    const url = `${channel.url ?? CHANNEL_KINDS.sendgrid.default_url}/v3/mail/send`;
    const headers = {
      authorization: `Bearer ${credential.api_key}`,
      "content-type": "application/json",
      accept: "application/json",
    };
    const posted = await checkedPost({ url, headers, body: JSON.stringify(requestOf(sender, outgoing)) }, tools, tools);
    return sentOf(posted, isTaken(posted), isRejected(posted), messageOf(posted));
  },
};

function requestOf(sender: string, { delivery_id, recipients, notification }: Outgoing) {
  const { subject, text, html } = emailOf(notification);
  return {
    // One each: nobody sees who else was told.
    personalizations: recipients.map((email) => ({ to: [{ email }] })),
    from: { email: sender },
    subject,
    // In this order: SendGrid wants text before HTML.
    content: [
      { type: "text/plain", value: text },
      { type: "text/html", value: html },
    ],
    headers: { "X-AO-Delivery": delivery_id },
    custom_args: { ao_delivery: delivery_id },
  };
}

/** A message that is wrong, or too large. A key that is wrong, or a sender that is not verified yet, can be mended. */
const isRejected = (posted: Posted): boolean =>
  posted.status === "answered" && (posted.http_status === 400 || posted.http_status === 413);

const errorsSchema = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) });

const messageOf = (posted: Posted): string | null => {
  if (posted.status !== "answered") return null;
  const parsed = errorsSchema.safeParse(tryParseJson(posted.text));
  return parsed.success ? parsed.data.errors.map(({ message }) => message).join("; ") : null;
};
