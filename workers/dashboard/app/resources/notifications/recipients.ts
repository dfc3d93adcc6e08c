import { capital } from "../../lib/format.ts";
import type { Names } from "../names.ts";

export interface Group {
  /** What the API calls it. */
  readonly value: string;
  readonly label: string;
  /** Who that is. */
  readonly hint: string;
}

/** Who can be told, of whatever it is. */
export const GROUPS: readonly Group[] = [
  { value: "team_lead", label: "Team lead", hint: "The leads of the wallet's team; finops where there are none." },
  { value: "team", label: "Team", hint: "Everybody in the wallet's team." },
  { value: "finops", label: "Finops", hint: "Owners, admins and viewers." },
  { value: "admins", label: "Admins", hint: "Owners and admins." },
  {
    value: "everyone",
    label: "Everyone",
    hint: "The wallet's team and finops; of a wallet without a team, everybody.",
  },
  { value: "channels", label: "All channels", hint: "Every channel that takes alerts of this kind." },
];

/** Who decides about money of their team, and can be told of requests for it alone. */
const GIVING_TEAM_LEAD: Group = {
  value: "giving_team_lead",
  label: "Lead of the giving team",
  hint: "Who may approve a transfer because a wallet of their team gives the money.",
};

/** What a recipient is called. Channels must have been asked for. */
export function recipientLabel(names: Names, recipient: string): string {
  const group = [...GROUPS, GIVING_TEAM_LEAD].find(({ value }) => value === recipient);
  if (group !== undefined) return group.label;
  return recipient.startsWith("chn_") ? names.label("channel", recipient) : capital(recipient.replaceAll("_", " "));
}

export interface Step {
  readonly percent: number;
  readonly recipients: readonly string[];
}

/** Where nothing else is said; see docs/alerts.md. */
export const DEFAULT_LADDER: readonly Step[] = [
  { percent: 80, recipients: ["team_lead", "channels"] },
  { percent: 95, recipients: ["team_lead", "finops", "channels"] },
  { percent: 100, recipients: ["everyone", "channels"] },
];

/** What is no step of the ladder, and who is told of it where nothing else is said. */
export const OFF_LADDER: readonly {
  readonly kind: string;
  readonly label: string;
  readonly usual: readonly string[];
  /** Who can be told of this kind alone. */
  readonly more?: readonly Group[];
}[] = [
  { kind: "anomaly", label: "A wallet spends far more than usual", usual: ["team_lead", "finops", "channels"] },
  { kind: "provider", label: "A provider goes down, or is back", usual: ["admins", "channels"] },
  {
    kind: "security",
    label: "A key is refused again and again, or the audit log does not verify",
    usual: ["admins", "channels"],
  },
  {
    kind: "budget_request",
    label: "Somebody asks for money",
    usual: ["admins", GIVING_TEAM_LEAD.value, "channels"],
    more: [GIVING_TEAM_LEAD],
  },
  { kind: "bill", label: "A bill is not what was counted", usual: ["finops", "channels"] },
];

/** Steps of an answer or a form; what is no step is left out. The lowest is first. */
export function stepsOf(value: unknown): readonly Step[] {
  if (!Array.isArray(value)) return [];
  return value
    .flatMap((item: unknown) => {
      if (typeof item !== "object" || item === null || !("percent" in item) || !("recipients" in item)) return [];
      const { percent, recipients } = item;
      if (typeof percent !== "number" || !Array.isArray(recipients)) return [];
      return [{ percent, recipients: recipients.filter((one) => typeof one === "string") }];
    })
    .sort((a, b) => a.percent - b.percent);
}
