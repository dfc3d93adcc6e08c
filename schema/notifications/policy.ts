import * as z from "zod";
import type { AlertKind } from "./alert-kinds.ts";

/** Who is told of what. An org that says nothing has `DEFAULT_POLICY`. */

/** Groups of people, found when there is something to tell, and `channels`: every channel that takes the kind of alert. */
export const RECIPIENT_GROUPS = [
  /** The leads of the wallet's team. Where there are none: finops. */
  "team_lead",
  /** Everybody in the wallet's team. */
  "team",
  /** Those who may see what the whole org spends: owners, admins and viewers. */
  "finops",
  /** Owners and admins. */
  "admins",
  /** Everybody in the wallet's team, and finops. Of a wallet without a team: everybody in the org. */
  "everyone",
  "channels",
] as const;
export type RecipientGroup = (typeof RECIPIENT_GROUPS)[number];

/**
 * Of a request for money alone: the leads of the team whose wallet is to give it, who may decide about it (see
 * docs/decisions/0055). Nobody where no team's wallet gives; never who has asked for it.
 */
export const GIVING_TEAM_LEAD = "giving_team_lead";

/** Recipients are these groups, or the id of a channel. */
const recipientAmong = <Group extends string>(groups: readonly Group[]) =>
  z.union(
    [z.enum(groups), z.string().regex(/^chn_[0-9a-z]{26}$/)],
    `must be one of ${groups.join(", ")}, or the id of a channel`,
  );

/** A group, or the id of a channel. */
export const recipientSchema = recipientAmong(RECIPIENT_GROUPS);

export const recipientsSchema = z.array(recipientSchema).min(1, "must name somebody").max(20);

export const ladderSchema = z
  .array(z.object({ percent: z.int().min(1).max(1_000), recipients: recipientsSchema }))
  .min(1, "must have a step")
  .max(20)
  .refine((steps) => new Set(steps.map(({ percent }) => percent)).size === steps.length, "has a percentage twice");
export type Ladder = z.infer<typeof ladderSchema>;

/** What is no step of the ladder. */
export const OFF_LADDER_KINDS = [
  "anomaly",
  "provider",
  "security",
  "budget_request",
  "bill",
] as const satisfies AlertKind[];
export type OffLadderKind = (typeof OFF_LADDER_KINDS)[number];

const anyRecipients = z.array(recipientSchema).max(20).optional();

/** By kind; one that is left out has its default. An empty list tells nobody. */
export const recipientsByKindSchema = z.strictObject({
  anomaly: anyRecipients,
  provider: anyRecipients,
  security: anyRecipients,
  budget_request: z
    .array(recipientAmong([...RECIPIENT_GROUPS, GIVING_TEAM_LEAD]))
    .max(20)
    .optional(),
  bill: anyRecipients,
} satisfies Record<OffLadderKind, z.ZodType>);

export interface Policy {
  readonly ladder: Ladder;
  readonly recipients: z.infer<typeof recipientsByKindSchema>;
}

export const DEFAULT_LADDER: Ladder = [
  { percent: 80, recipients: ["team_lead", "channels"] },
  { percent: 95, recipients: ["team_lead", "finops", "channels"] },
  { percent: 100, recipients: ["everyone", "channels"] },
];

const DEFAULT_RECIPIENTS: Readonly<Record<OffLadderKind, readonly string[]>> = {
  anomaly: ["team_lead", "finops", "channels"],
  provider: ["admins", "channels"],
  security: ["admins", "channels"],
  budget_request: ["admins", GIVING_TEAM_LEAD, "channels"],
  bill: ["finops", "channels"],
};

export const DEFAULT_POLICY: Policy = { ladder: DEFAULT_LADDER, recipients: {} };

/** Minutes in which the same alert is sent once, unless the policy says otherwise. */
export const DEFAULT_DEDUPE_MINUTES = 15;

/** Below this an hour's spending is no anomaly, unless the policy says otherwise. */
export const DEFAULT_ANOMALY_MINIMUM_NANO_USD = 10_000_000_000;

/** A policy as D1 has it. What does not fit, of a version to come, is as if it were not there. */
export function readPolicy(ladder: unknown, recipients: unknown): Policy {
  return {
    ladder: ladderSchema.catch(DEFAULT_LADDER).parse(ladder),
    recipients: recipientsByKindSchema.catch({}).parse(recipients),
  };
}

/**
 * Who is told by a policy. Of spending: whoever stands at the highest step that is reached; nobody below the first. A
 * wallet that is exhausted stands at 100 %.
 */
export function recipientsOf(policy: Policy, kind: AlertKind, percent: number | null): readonly string[] {
  if (kind === "threshold" || kind === "exhaustion") {
    const reached = policy.ladder.filter((step) => step.percent <= (percent ?? 100));
    const highest = reached.reduce<Ladder[number] | null>(
      (best, step) => (best === null || step.percent > best.percent ? step : best),
      null,
    );
    return highest?.recipients ?? [];
  }
  return policy.recipients[kind] ?? DEFAULT_RECIPIENTS[kind];
}
