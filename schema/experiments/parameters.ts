import * as z from "zod";

/** What a variant can change of a request, whatever dialect it comes in. Each takes the place of the caller's own. */
export const parametersSchema = z
  .strictObject({
    temperature: z.number().min(0).max(2),
    top_p: z.number().min(0).max(1),
    max_tokens: z.int().min(1).max(1_000_000),
    reasoning_effort: z.enum(["none", "minimal", "low", "medium", "high"]),
    /** In the place of the caller's system prompt, or in front where there is none. */
    system_prompt: z.string().trim().min(1).max(20_000),
  })
  .partial()
  .refine((parameters) => Object.keys(parameters).length > 0, "must name at least one");
export type Parameters = z.infer<typeof parametersSchema>;
export type ParameterName = keyof Parameters;
