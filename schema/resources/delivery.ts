import * as z from "zod";
import { formatTime } from "../kernel/time.ts";
import { attemptSchema } from "../notifications/attempt.ts";
import { notificationDeliveries } from "../tables/notifications.ts";
import { choice, type Field, object, orNull, reference, text, time } from "./field.ts";
import type { Resource } from "./resource.ts";

export const DELIVERY_STATUSES = ["pending", "sent", "dead"] as const;

const attempts: Field = {
  description: "What was tried, the newest last: when, what was answered, and why it was not taken.",
  input: z.never(),
  output: z.array(attemptSchema.extend({ at: z.iso.datetime() })),
  show: (stored) =>
    z
      .array(attemptSchema)
      .catch([])
      .parse(stored)
      .map((attempt) => ({ ...attempt, at: formatTime(attempt.at) })),
  widget: { kind: "json" },
};

export const delivery = {
  name: "delivery",
  title: "Deliveries",
  path: "/v1/deliveries",
  tag: "Alerts",
  description:
    "Each message to each receiver, with what became of it. What is not taken is tried again for a day, ever more seldom; then it is `dead`, and can be replayed. Kept for 90 days.",
  table: notificationDeliveries,
  id: "delivery",
  permissions: { read: "alerts:read", write: "channels:write" },
  operations: ["list", "get"],
  fields: {
    status: choice("Where it stands.", DELIVERY_STATUSES),
    type: text("`alert` or `digest`.", 20),
    kind: text("The kind of the alert; `daily` for a digest.", 20),
    source_id: text("The alert, or the digest and its day.", 200),
    channel_id: reference("Where it is sent.", "channel"),
    recipient: text("The e-mail address; empty for a webhook.", 254),
    attempts,
    next_attempt_at: time("When it is tried next; of no meaning once it is sent or dead."),
    finished_at: orNull(time("When it was taken, or given up.")),
    message: object("What it says.", z.never(), z.record(z.string(), z.unknown())),
  },
  create: { required: [], optional: [] },
  update: [],
  filter: ["status", "type", "kind", "source_id", "channel_id", "recipient"],
  sort: ["created_at"],
  columns: ["created_at", "status", "kind", "channel_id", "recipient", "finished_at"],
  example: {},
} as const satisfies Resource;
