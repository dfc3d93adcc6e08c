import {
  DEFAULT_ANOMALY_MINIMUM_NANO_USD,
  DEFAULT_DEDUPE_MINUTES,
  ladderSchema,
  recipientsByKindSchema,
} from "../notifications/policy.ts";
import { alertPolicies } from "../tables/notifications.ts";
import { integer, object, orNull, reference, text, usd } from "./field.ts";
import type { Resource } from "./resource.ts";

export const alertPolicy = {
  name: "alert_policy",
  title: "Alert policies",
  path: "/v1/alert-policies",
  tag: "Alerts",
  description:
    "Who is told of what: the escalation ladder of spending, and the recipients of everything else. One holds for the organisation, and one for each team that wants another; without any, 80 % goes to the team's lead, 95 % to finops too, 100 % to everyone.",
  table: alertPolicies,
  id: "alert_policy",
  permissions: { read: "alerts:read", write: "alerts:write" },
  operations: ["list", "get", "create", "update", "delete"],
  fields: {
    name: text("What it is called.", 100),
    team_id: orNull(reference("The team whose wallets it is for. Without one, the whole organisation.", "team")),
    ladder: object(
      'Who is told at which percentage of a limit: [{"percent": 80, "recipients": ["team_lead", "channels"]}, …]. Recipients are team_lead, team, finops, admins, everyone, channels (all of them), or the id of a channel. Wallets tell of these percentages beside those of their own.',
      ladderSchema,
    ),
    recipients: object(
      'Who is told of what is no step of the ladder, by kind: {"anomaly": ["finops"], "provider": ["admins"], "security": ["chn_…"], "budget_request": ["admins", "giving_team_lead"], "bill": ["finops"]}. giving_team_lead, for budget_request alone, are the leads of the team whose wallet would give, who may approve it. A kind that is left out has its default, an empty list tells nobody.',
      recipientsByKindSchema,
    ),
    dedupe_minutes: integer(
      `An alert that says the same about the same thing is sent once in so many minutes; ${DEFAULT_DEDUPE_MINUTES} unless given.`,
      0,
      1_440,
    ),
    anomaly_minimum_nano_usd: usd(
      `Spending of an hour below this is never an anomaly; ${DEFAULT_ANOMALY_MINIMUM_NANO_USD / 1e9} dollars unless given.`,
    ),
  },
  create: {
    required: ["name", "ladder"],
    optional: ["team_id", "recipients", "dedupe_minutes", "anomaly_minimum_nano_usd"],
  },
  update: ["name", "ladder", "recipients", "dedupe_minutes", "anomaly_minimum_nano_usd"],
  filter: ["team_id"],
  sort: ["created_at", "name"],
  columns: ["name", "team_id", "ladder", "dedupe_minutes", "anomaly_minimum_nano_usd"],
  example: {
    name: "For everybody",
    ladder: [
      { percent: 80, recipients: ["team_lead", "channels"] },
      { percent: 95, recipients: ["team_lead", "finops", "channels"] },
      { percent: 100, recipients: ["everyone", "channels"] },
    ],
  },
} as const satisfies Resource;
