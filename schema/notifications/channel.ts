import type { Credential } from "../credential/seal.ts";
import type { Effects } from "../kernel/effects.ts";
import type { Notification } from "./notification.ts";

/** Where a message goes. */
export interface Channel {
  readonly id: string;
  readonly org_id: string;
  readonly kind: string;
  readonly url: string | null;
  readonly sender: string | null;
  readonly region: string | null;
  readonly credential: Credential;
}

/** One message to one receiver. */
export interface Outgoing {
  /** The same at every try: receivers tell by it what they have already. */
  readonly delivery_id: string;
  /** E-mail addresses; empty where the channel itself is the receiver. */
  readonly recipients: readonly string[];
  readonly notification: Notification;
}

export interface SendTools extends Pick<Effects, "now" | "fetch"> {
  /** Whether private addresses and plain http may be reached. */
  readonly allow_private: boolean;
  /** Whether the answer is wanted for a person to read, also when it says yes. */
  readonly read_answer?: boolean;
  /** How long an answer is waited for; ten seconds unless given. */
  readonly timeout_ms?: number;
}

/** What a try came to. */
export interface Sent {
  readonly taken: boolean;
  /** What was answered; null when nothing was. */
  readonly http_status: number | null;
  /** Why it was not taken, for people. Never a credential. */
  readonly problem: string | null;
  /** The beginning of the answer, where it was read; empty otherwise. */
  readonly answer: string;
  /** Whether the same message would be refused again, whenever it comes. */
  readonly permanent: boolean;
  /** When the receiver wants to hear of it again; null when it did not say. */
  readonly retry_after_ms: number | null;
}

/**
 * How messages of one kind of channel are sent: e-mail services and webhooks, and whatever is to come. Never throws; one
 * call is one try. Whoever calls decides when there is another.
 */
export interface NotificationChannel {
  send(channel: Channel, outgoing: Outgoing, tools: SendTools): Promise<Sent>;
}
