import type { Channel, NotificationChannel, Outgoing, SendTools, Sent } from "../channel.ts";
import type { ChannelKind } from "../channel-kinds.ts";
import { isChannelKind } from "../channel-kinds.ts";
import { unsendable } from "../sent.ts";
import { sendgrid } from "./sendgrid.ts";
import { ses } from "./ses.ts";
import { webhook } from "./webhook.ts";

/** How messages are sent, by kind of channel. */
const CHANNELS: Readonly<Record<ChannelKind, NotificationChannel>> = { webhook, ses, sendgrid };

/** One try to send a message by its channel. Never throws. */
export async function sendBy(channel: Channel, outgoing: Outgoing, tools: SendTools): Promise<Sent> {
  if (!isChannelKind(channel.kind)) return unsendable(`this version does not know the kind ${channel.kind}`);
  return await CHANNELS[channel.kind].send(channel, outgoing, tools);
}
