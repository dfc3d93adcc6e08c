import { checkedPost, isTaken } from "../../http/checked-post.ts";
import { webhookSignature } from "../../http/sign-webhook.ts";
import { formatTime } from "../../kernel/time.ts";
import type { Channel, NotificationChannel, Outgoing } from "../channel.ts";
import { sentOf, unsendable } from "../sent.ts";

/** A POST of the message as JSON, signed: see docs/alerts.md. Taken is what is answered with 2xx. */
export const webhook: NotificationChannel = {
  async send(channel, outgoing, tools) {
    const { url, credential } = channel;
    const secrets = [credential.secret, credential.previous_secret].filter((secret) => secret !== undefined);
    if (url === null) return unsendable("the channel has no URL");
    if (secrets.length === 0) return unsendable("the channel has no secret to sign with");
    const body = JSON.stringify(webhookBody(channel, outgoing));
    const headers = {
      "content-type": "application/json",
      "user-agent": "ai-orchestrator/0.1",
      "x-ao-delivery": outgoing.delivery_id,
      ...(await webhookSignature(secrets, body, tools.now())),
    };
    const posted = await checkedPost({ url, headers, body }, tools, tools);
    // 410: whoever was there says that nobody is any more.
    return sentOf(posted, isTaken(posted), posted.status === "answered" && posted.http_status === 410);
  },
};

/** What a webhook gets. */
function webhookBody(channel: Channel, { delivery_id, notification }: Outgoing) {
  const { type, kind, org_id, source_id, at, title, lines, data } = notification;
  return {
    id: delivery_id,
    type,
    kind,
    org_id,
    channel_id: channel.id,
    source_id,
    at: formatTime(at),
    title,
    text: lines.join("\n\n"),
    data,
  };
}
