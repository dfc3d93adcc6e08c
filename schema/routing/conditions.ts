import * as z from "zod";
import { HEALTH_STATES } from "../health/target-health.ts";
import { parseUsd } from "../kernel/money.ts";
import { REGION_NAMES } from "./regions.ts";

/**
 * When a rule applies, as JSON: every field that is named must hold. A text is a pattern with `*`; several are
 * alternatives. `all`, `any` and `not` combine. Documented in docs/routing.md.
 */

const CHARS_MAX = 200;
const ALTERNATIVES_MAX = 100;
const DEPTH_MAX = 5;
const CONDITIONS_MAX = 200;

const pattern = z.string().min(1, "must not be empty").max(CHARS_MAX, `must be at most ${CHARS_MAX} characters`);
const patterns = z.union([pattern, z.array(pattern).min(1).max(ALTERNATIVES_MAX)]);

export const textTestSchema = z.union([patterns, z.strictObject({ not: patterns })], {
  error: 'must be a text such as "openai/*", a list of texts, or {"not": …} of either',
});
export type TextTest = z.infer<typeof textTestSchema>;

const bound = z.number().min(0).max(1e12);
export const numberTestSchema = z.union(
  [
    bound,
    z
      .strictObject({ gt: bound, gte: bound, lt: bound, lte: bound })
      .partial()
      .refine((test) => Object.keys(test).length > 0),
  ],
  { error: 'must be a number, or an object of gt, gte, lt and lte such as {"gt": 1000}' },
);
export type NumberTest = z.infer<typeof numberTestSchema>;

/** Dollars, exactly: as a decimal text, or as a number that is written with at most nine places. */
const dollars = z.union([z.string(), z.number()]).refine((value) => (parseUsd(String(value)) ?? -1) >= 0);
export const moneyTestSchema = z.union(
  [
    dollars,
    z
      .strictObject({ gt: dollars, gte: dollars, lt: dollars, lte: dollars })
      .partial()
      .refine((test) => Object.keys(test).length > 0),
  ],
  { error: 'must be dollars such as "0.05", or an object of gt, gte, lt and lte such as {"gt": "0.05"}' },
);
export type MoneyTest = z.infer<typeof moneyTestSchema>;

const region = z.enum(REGION_NAMES, `must be one of ${REGION_NAMES.join(", ")}`);
const regions = z.union([region, z.array(region).min(1).max(REGION_NAMES.length)]);
const regionTestSchema = z.union([regions, z.strictObject({ not: regions })], {
  error: `must be a region, a list of them, or {"not": …} of either: ${REGION_NAMES.join(", ")}`,
});

const flag = z.boolean("must be true or false");

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "09:00"');

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

export const timeTestSchema = z
  .strictObject({
    days: z
      .array(z.enum(DAYS, `must be one of ${DAYS.join(", ")}`))
      .min(1)
      .max(DAYS.length)
      .optional(),
    from: clock.optional(),
    to: clock.optional(),
    zone: z.string().max(60).refine(isTimeZone, "must be a time zone such as Europe/Berlin").optional(),
  })
  .refine(({ days, from, to }) => days !== undefined || from !== undefined || to !== undefined, {
    error: "must name days, from or to",
  });
export type TimeTest = z.infer<typeof timeTestSchema>;

const named = z
  .record(z.string().min(1).max(64), textTestSchema)
  .refine((tests) => Object.keys(tests).length > 0, "must name at least one");

/** Of a provider, `openai`, or a model, `openai/gpt-5`. */
const target = z.string().min(1).max(CHARS_MAX);
const oneAtLeast = (tests: object): boolean => Object.keys(tests).length > 0;
const healthState = z.enum(HEALTH_STATES, `must be one of ${HEALTH_STATES.join(", ")}`);
const healthStates = z.union([healthState, z.array(healthState).min(1).max(HEALTH_STATES.length)]);
const healthTestSchema = z.union([healthStates, z.strictObject({ not: healthStates })], {
  error: `must be ${HEALTH_STATES.join(", ")}, a list of them, or {"not": …} of either`,
});
const healthOf = z.record(target, healthTestSchema).refine(oneAtLeast, "must name at least one");
const figureOf = z.record(target, numberTestSchema).refine(oneAtLeast, "must name at least one");

const conditions = z.strictObject({
  model: textTestSchema.optional(),
  operation: textTestSchema.optional(),
  dialect: textTestSchema.optional(),
  key: textTestSchema.optional(),
  wallet: textTestSchema.optional(),
  team: textTestSchema.optional(),
  cost_center: textTestSchema.optional(),
  feature: textTestSchema.optional(),
  subject: textTestSchema.optional(),
  country: textTestSchema.optional(),
  region: regionTestSchema.optional(),
  tags: named.optional(),
  metadata: named.optional(),
  input_tokens: numberTestSchema.optional(),
  max_output_tokens: numberTestSchema.optional(),
  estimated_cost_usd: moneyTestSchema.optional(),
  wallet_used_percent: numberTestSchema.optional(),
  health: healthOf.optional(),
  latency_p50_ms: figureOf.optional(),
  latency_p95_ms: figureOf.optional(),
  first_byte_p50_ms: figureOf.optional(),
  first_byte_p95_ms: figureOf.optional(),
  error_rate: figureOf.optional(),
  tools: flag.optional(),
  images: flag.optional(),
  json: flag.optional(),
  reasoning: flag.optional(),
  stream: flag.optional(),
  time: timeTestSchema.optional(),
  get all() {
    return z.array(conditions).min(1).max(ALTERNATIVES_MAX).optional();
  },
  get any() {
    return z.array(conditions).min(1).max(ALTERNATIVES_MAX).optional();
  },
  get not() {
    return conditions.optional();
  },
});
export type Conditions = z.infer<typeof conditions>;

/** What a rule can name. */
export const CONDITION_NAMES = Object.keys(conditions.shape);

/** Conditions as they are entered. Deep or many ones are refused: they are read at each request. */
export const conditionsSchema = z
  .unknown()
  .refine((value) => depthOf(value) <= DEPTH_MAX, `must not be nested deeper than ${DEPTH_MAX}`)
  .pipe(conditions)
  .refine((value) => countOf(value) <= CONDITIONS_MAX, `must be at most ${CONDITIONS_MAX} conditions`);

const childrenOf = (value: unknown): readonly unknown[] => {
  if (typeof value !== "object" || value === null) return [];
  const { all, any, not } = value as Partial<Record<"all" | "any" | "not", unknown>>;
  return [...(Array.isArray(all) ? all : []), ...(Array.isArray(any) ? any : []), ...(not === undefined ? [] : [not])];
};

/** Never deeper than it has to look. */
function depthOf(value: unknown, depth = 0): number {
  if (depth > DEPTH_MAX) return depth;
  return childrenOf(value).reduce<number>((most, child) => Math.max(most, depthOf(child, depth + 1)), depth);
}

const countOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? Object.keys(value).length + childrenOf(value).reduce<number>((sum, child) => sum + countOf(child), 0)
    : 0;
