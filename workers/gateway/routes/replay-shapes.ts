import * as z from "zod";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { RULE_FIELDS } from "../../../schema/resources/rule-fields.ts";
import { actionSchema } from "../../../schema/routing/action.ts";
import { conditionsSchema } from "../../../schema/routing/conditions.ts";
import { LACKS, VERDICTS } from "../pipeline/routing/replay/judge-request.ts";

const ROWS_USUAL = 2_000;

const { name, priority, enabled, starts_at, ends_at } = RULE_FIELDS;
const moment = starts_at.input.pipe(z.int().nullable());

const ruleSchema = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe("Of the saved rule that it takes the place of; without it, it is a new one."),
  name: name.input.pipe(z.string()).optional().describe(name.description),
  priority: priority.input.pipe(z.int()).default(100).describe(priority.description),
  enabled: enabled.input.pipe(z.boolean()).default(true).describe(enabled.description),
  starts_at: moment.default(null).describe(starts_at.description),
  ends_at: moment.default(null).describe(ends_at.description),
  when: conditionsSchema.describe(RULE_FIELDS.when.description),
  then: actionSchema.describe(RULE_FIELDS.then.description),
});

const word = z.string().min(1).max(200).optional();
const time = z.iso.datetime({ offset: true, error: "must be a time such as 2026-12-31T23:59:59Z" });

const filterSchema = z
  .strictObject({
    model: word.describe("That went to this model, as `provider/model`."),
    provider: word,
    key_id: word,
    wallet_id: word,
    team_id: word,
    feature: word,
    subject: word,
    country: z.string().length(2).toUpperCase().optional(),
    rule_id: word.describe("That this rule decided then."),
  })
  .describe("Which requests, as in `GET /v1/requests`: all that is given must hold.");

/** What is asked of a replay. */
export const bodySchema = z.strictObject({
  rule: ruleSchema.optional().describe("A rule that is not saved; without it the saved rules are tried."),
  from: time.optional().describe("Ended from this time on; 24 hours before `to` unless given."),
  to: time
    .optional()
    .describe(`Ended before this time, ${LIMITS.replay_days} days after \`from\` at most; now unless given.`),
  filter: filterSchema.default({}),
  limit: z
    .int()
    .min(1)
    .max(LIMITS.replay_rows)
    .default(ROWS_USUAL)
    .describe("How many rows of the log are looked at, the newest first."),
  cursor: z.string().max(400).optional().describe("`next_cursor` of the answer before, with the same `from` and `to`."),
});
export type Body = z.infer<typeof bodySchema>;

const place = z.object({ provider: z.string(), model: z.string() });

const verdicts = z.object({
  same: z.int().describe("They go where they went."),
  moved: z.int(),
  denied: z.int().describe("By a rule that denies."),
  refused: z.int().describe("Their model cannot be had, or cannot serve them."),
  not_known: z.int().describe("The log does not hold what would tell."),
});

const costs = z.object({
  compared: z.int().describe("Requests in these sums."),
  cost_usd: z.string().describe("What they cost, exact to the nano-dollar."),
  replayed_cost_usd: z
    .string()
    .describe(
      "What they would cost: the same tokens at the price of now of where they go; nothing where they are denied.",
    ),
  difference_usd: z.string(),
  not_compared: z.object({
    not_known: z.int(),
    refused: z.int(),
    cached: z.int().describe("Answered from the cache: whether they would be again is not known."),
    no_usage: z.int().describe("They failed, so nobody knows their tokens."),
    unpriced: z.int().describe("Part of their usage has no price there."),
  }),
});

/** What it answers. */
export const answerSchema = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  looked_at: z.int().describe("Rows of the log."),
  requests: z.int().describe("Of these, requests that the filter keeps."),
  off_schedule: z.int().describe("Of these, requests of times at which the draft is not tried."),
  judged: z.int().describe("What the rest is about: with a draft those that it changes anything about, else all."),
  decides: z.int().describe("Those that the draft decides."),
  releases: z.int().describe("Those that the rule which it takes the place of decides, and it does not."),
  preceded_by: z
    .array(z.object({ id: z.string(), name: z.string(), requests: z.int() }))
    .describe("Rules before the draft that decide requests to which it would apply, and how many."),
  as_saved: verdicts.describe("What the rules as they are saved make of them, against where they went."),
  outcome: verdicts.describe("The same with the draft."),
  cost: costs,
  moves: z
    .array(
      z.object({
        from: place.describe("Where they were sent first."),
        to: place.nullable(),
        verdict: z.enum(VERDICTS),
        code: z.string().nullable().describe("Of the refusal."),
        message: z.string().nullable(),
        requests: z.int(),
        examples: z.array(z.string()).describe("Ids of some, the newest first."),
        cost: costs,
      }),
    )
    .describe("Where they went, and where they go with the draft; those of most requests first."),
  not_known: z
    .array(
      z.object({
        condition: z.string().describe("What the log does not hold, by the name of the condition that asks for it."),
        effect: z
          .enum(LACKS)
          .describe(
            "`undecided`: they are among `not_known` for it. `assumed`: they were taken to have none of it, and would perhaps go elsewhere. `estimated`: it is about right.",
          ),
        requests: z.int(),
      }),
    )
    .describe("What was not known of how many of them."),
  next_cursor: z.string().nullable().describe("Where older requests go on; null when there are none."),
});
