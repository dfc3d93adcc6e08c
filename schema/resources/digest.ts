import * as z from "zod";
import { isTimeZone } from "../kernel/period.ts";
import { recipientSchema } from "../notifications/policy.ts";
import { digests } from "../tables/notifications.ts";
import { type Field, flag, integer, list, orNull, reference, text } from "./field.ts";
import type { Resource } from "./resource.ts";

const time_zone: Field = {
  description: "IANA name: whose days are summed up, and whose hour it is.",
  input: z.string().max(100).refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin"),
  output: z.string(),
  show: (stored) => stored,
  widget: { kind: "text" },
};

export const digest = {
  name: "digest",
  title: "Digests",
  path: "/v1/digests",
  tag: "Alerts",
  description:
    "A daily summary of what a team, or the whole organisation, spent the day before: beside the day before that, the models that cost most, and what is left of the budgets. Each day once, whatever the clocks do.",
  table: digests,
  id: "digest",
  permissions: { read: "alerts:read", write: "alerts:write" },
  operations: ["list", "get", "create", "update", "delete"],
  fields: {
    name: text("What it is called.", 100),
    team_id: orNull(reference("Whose wallets it sums up. Without a team, those of the whole organisation.", "team")),
    hour: integer("From which hour of the local day on it is sent.", 0, 23),
    time_zone,
    recipients: list(
      "Who gets it, as in a step of the escalation ladder: team_lead, team, finops, admins, everyone, channels, or the id of a channel.",
      recipientSchema,
      20,
    ),
    enabled: flag("Switched off, it is not sent."),
  },
  create: { required: ["name", "hour", "time_zone", "recipients"], optional: ["team_id", "enabled"] },
  update: ["name", "hour", "time_zone", "recipients", "enabled"],
  filter: ["team_id", "enabled"],
  sort: ["created_at", "name"],
  columns: ["name", "team_id", "hour", "time_zone", "recipients", "enabled"],
  example: { name: "Search, yesterday", hour: 8, time_zone: "Europe/Berlin", recipients: ["team_lead", "channels"] },
} as const satisfies Resource;
