import * as z from "zod";
import { parametersSchema } from "./parameters.ts";

/** Shares are told in percent with up to two decimals, and kept in hundredths of a percent when they are compared. */
const WHOLE = 10_000;

export const VARIANTS_MAX = 8;

const variantSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,29}$/, "must be lower-case letters, digits, dashes and underscores, 30 at most"),
  percent: z
    .number()
    .min(0)
    .max(100)
    .refine((percent) => Math.abs(percent * 100 - Math.round(percent * 100)) < 1e-6, "must have at most two decimals"),
  /** In the place of the model that the request would go to. */
  model: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^/\s]+\/\S+$/, 'must be a model as it is called here, such as "openai/gpt-5"')
    .optional(),
  parameters: parametersSchema.optional(),
});
export type Variant = z.infer<typeof variantSchema>;

/** A share in hundredths of a percent, a whole number. */
export const weightOf = ({ percent }: Pick<Variant, "percent">): number => Math.round(percent * 100);

/** What is compared. The first is the control: what the others are measured against, and where traffic falls back to. */
export const variantsSchema = z
  .tuple([variantSchema], variantSchema)
  .refine(
    (variants) => variants.length >= 2 && variants.length <= VARIANTS_MAX,
    `must be 2 to ${VARIANTS_MAX} variants`,
  )
  .refine((variants) => new Set(variants.map(({ name }) => name)).size === variants.length, "names must be unique")
  .refine(
    (variants) => variants.reduce((sum, variant) => sum + weightOf(variant), 0) === WHOLE,
    "the percentages must add up to 100",
  );
export type Variants = z.infer<typeof variantsSchema>;
