import * as z from "zod";
import { moneyRequests } from "../tables/console.ts";
import { choice, object, orNull, reference, text, time, usd } from "./field.ts";
import type { Resource } from "./resource.ts";

/** Movements of money that were asked for. They are made, approved, rejected and taken back by routes of their own. */

export const MONEY_STATUSES = ["pending", "approved", "done", "failed", "rejected", "cancelled", "expired"] as const;

const failure = object(
  "Why it failed, and nothing was moved.",
  z.object({ code: z.string(), message: z.string() }).nullable(),
);

const state = {
  status: choice(
    "`pending`: somebody else has to decide. `approved`: being carried out, which ends in `done` or `failed`. `rejected`, `cancelled` (taken back by who had asked) and `expired` moved nothing.",
    MONEY_STATUSES,
  ),
  requested_by: text("The user or key that asked.", 100),
  requested_by_name: text("Their e-mail address or name, as it was then.", 300),
  decided_by: orNull(text("The user or key that approved, rejected or cancelled it.", 100)),
  decided_by_name: orNull(text("Their e-mail address or name, as it was then.", 300)),
  decided_at: orNull(time("When it was decided.")),
  decision_reason: orNull(text("Why it was rejected.", 500)),
  expires_at: orNull(time("Until when it can be decided.")),
  finished_at: orNull(time("When it was done, or had failed.")),
  failure,
} as const;

const reason = text("Why: for whoever decides, and for the audit log.", 500);

const common = {
  tag: "Wallets",
  table: moneyRequests,
  permissions: { read: "wallets:read", write: "money:approve" },
  operations: ["list", "get"],
  create: { required: [], optional: [] },
  update: [],
  sort: ["created_at"],
} as const;

export const transfer = {
  ...common,
  name: "transfer",
  title: "Transfers",
  path: "/v1/wallet/transfers",
  description:
    "Money that moves from one wallet to another, once somebody else than who asked for it has approved it. Within 48 hours, or it expires.",
  only: { kind: "transfer" },
  id: "transfer",
  fields: {
    from_wallet_id: reference("Where the money comes from.", "wallet"),
    to_wallet_id: reference("Where it goes.", "wallet"),
    amount_nano_usd: usd("How much."),
    reason,
    ...state,
  },
  filter: ["status", "from_wallet_id", "to_wallet_id", "requested_by"],
  columns: ["from_wallet_id", "to_wallet_id", "amount_nano_usd", "status", "requested_by_name", "reason", "created_at"],
  example: { from_wallet_id: "wal_01", to_wallet_id: "wal_02", amount_usd: "25.00", reason: "The launch" },
} as const satisfies Resource;

export const adjustment = {
  ...common,
  name: "adjustment",
  title: "Adjustments",
  path: "/v1/wallet/adjustments",
  description:
    "Corrections of a wallet's balance. Those of more than the organisation's `adjustment_approval_above_usd` need a second person within 48 hours.",
  only: { kind: "adjustment" },
  id: "adjustment",
  fields: {
    wallet_id: reference("The wallet whose books are corrected.", "wallet"),
    amount_nano_usd: usd("What is added to the balance; below zero for what is taken."),
    reason,
    ...state,
  },
  filter: ["status", "wallet_id", "requested_by"],
  columns: ["wallet_id", "amount_nano_usd", "status", "requested_by_name", "reason", "created_at"],
  example: { amount_usd: "-3.50", reason: "Invoice 4711 was charged twice" },
} as const satisfies Resource;

export const topUp = {
  ...common,
  name: "top_up",
  title: "Top-ups",
  path: "/v1/wallet/top-ups",
  description: "Money that was added to the balance of a wallet's period.",
  only: { kind: "top_up" },
  id: "top_up",
  fields: {
    wallet_id: reference("The wallet.", "wallet"),
    amount_nano_usd: usd("How much was added."),
    reason,
    ...state,
  },
  filter: ["status", "wallet_id", "requested_by"],
  columns: ["wallet_id", "amount_nano_usd", "status", "requested_by_name", "reason", "created_at"],
  example: { amount_usd: "50.00", reason: "Purchase order 4711" },
} as const satisfies Resource;

/** The resource of each kind of request. */
export const MONEY_RESOURCES = { transfer, adjustment, top_up: topUp } as const;
