import type { Channel, Outgoing, SendTools } from "../../../schema/notifications/channel.ts";
import type { Notification } from "../../../schema/notifications/notification.ts";

/** 2026-11-20T10:00:00Z. */
export const NOW = 1_795_168_800_000;

export const notification: Notification = {
  type: "alert",
  kind: "threshold",
  org_id: "org_1",
  source_id: "alr_1",
  at: NOW - 5_000,
  title: "Search <beta> has spent 80 % of its limit",
  lines: ["8.10 of 10.00 US dollars are spent."],
  tables: [{ title: "Wallets", columns: ["Wallet", "Spent"], rows: [["A & B", "8.10"]] }],
  data: { percent: 80, wallet_id: "wal_1" },
};

export const outgoing: Outgoing = { delivery_id: "dlv_1", recipients: [], notification };

export const channel = (changes: Partial<Channel> = {}): Channel => ({
  id: "chn_1",
  org_id: "org_1",
  kind: "webhook",
  url: null,
  sender: null,
  region: null,
  credential: { secret: "the secret of now" },
  ...changes,
});

export const tools = (changes: Partial<SendTools> = {}): SendTools => ({
  now: () => NOW,
  fetch: (input, init) => fetch(input, init),
  allow_private: true,
  ...changes,
});
