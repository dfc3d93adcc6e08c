import * as z from "zod";
import { ALERT_KINDS } from "../notifications/alert-kinds.ts";
import { alerts } from "../tables/notifications.ts";
import { choice, object, orNull, reference, text, time } from "./field.ts";
import type { Resource } from "./resource.ts";

export const alert = {
  name: "alert",
  title: "Alerts",
  path: "/v1/alerts",
  tag: "Alerts",
  description:
    "What there was to tell. `swallowed_by` names the alert that said the same shortly before, where this one was not sent. Its messages are the deliveries with its id as `source_id`. Kept for 90 days.",
  table: alerts,
  id: "alert",
  permissions: { read: "alerts:read", write: "alerts:write" },
  operations: ["list", "get"],
  fields: {
    kind: choice("What kind it is.", ALERT_KINDS),
    object_type: text("What it is about: `wallet`, `provider`, `key`, …", 30),
    object_id: text("The id of that.", 200),
    team_id: orNull(reference("The team it concerns.", "team")),
    at: time("When it happened."),
    details: object("By kind: figures as decimal strings.", z.never(), z.record(z.string(), z.unknown())),
    swallowed_by: orNull(reference("The alert that was sent in its place.", "alert")),
    routed_at: orNull(time("When it became deliveries; null while it waits for that.")),
  },
  create: { required: [], optional: [] },
  update: [],
  filter: ["kind", "object_type", "object_id", "team_id", "swallowed_by"],
  sort: ["created_at", "at"],
  columns: ["at", "kind", "object_type", "object_id", "details", "swallowed_by"],
  example: {},
} as const satisfies Resource;
