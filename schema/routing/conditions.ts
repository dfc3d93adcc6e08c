import * as z from "zod";

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

const conditions = z.strictObject({
  model: textTestSchema.optional(),
  operation: textTestSchema.optional(),
  dialect: textTestSchema.optional(),
  key: textTestSchema.optional(),
  wallet: textTestSchema.optional(),
  feature: textTestSchema.optional(),
  subject: textTestSchema.optional(),
  country: textTestSchema.optional(),
  tags: named.optional(),
  metadata: named.optional(),
  input_tokens: numberTestSchema.optional(),
  max_output_tokens: numberTestSchema.optional(),
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
