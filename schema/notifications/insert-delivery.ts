import type { SqlStatement } from "../wire/audit-rpc.ts";
import type { Notification } from "./notification.ts";

export interface NewDelivery {
  readonly id: string;
  readonly channel_id: string;
  /** An e-mail address; empty where the channel itself is the receiver. */
  readonly recipient: string;
  readonly notification: Notification;
}

/** Makes a delivery that is due at once; nothing when the same receiver was to be told of the same before. */
export function insertDelivery({ id, channel_id, recipient, notification }: NewDelivery, now: number): SqlStatement {
  const { org_id, source_id, type, kind } = notification;
  return {
    sql: `INSERT INTO notification_deliveries (id, org_id, source_id, type, kind, channel_id, recipient, message, next_attempt_at, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_id, channel_id, recipient) DO NOTHING`,
    params: [id, org_id, source_id, type, kind, channel_id, recipient, JSON.stringify(notification), now, now],
  };
}
