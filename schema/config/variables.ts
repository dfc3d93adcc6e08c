import * as z from "zod";
import { parseSecretKey } from "../credential/secret-key.ts";

/** Building blocks of a worker's configuration: variables arrive as text and are parsed once per isolate. */

/** A secret of 32 random bytes in base 64, such as AO_MASTER_KEY. */
export const secretVariable = z.string("is missing. Set it with `wrangler secret put`").transform((text, context) => {
  const bytes = parseSecretKey(text);
  if (bytes !== null) return bytes;
  context.addIssue({ code: "custom", message: "must be 32 random bytes in base64 (openssl rand -base64 32)" });
  return z.NEVER;
});

export const flagVariable = z.enum(["true", "false"], 'must be "true" or "false"').transform((text) => text === "true");

export const millisecondsVariable = (least: number, most: number, fallback: number) =>
  z
    .string()
    .regex(/^\d+$/, "must be a whole number of milliseconds")
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`))
    .default(fallback);

export type ConfigResult<Config> =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problem: string };

/**
 * Makes the reader of a worker's configuration: parsed once per isolate. A problem is one sentence that names each
 * variable at fault and what it must be; values are never shown.
 */
export function configReader<Config>(worker: string, schema: z.ZodType<Config>): (env: object) => ConfigResult<Config> {
  const parsed = new WeakMap<object, ConfigResult<Config>>();
  return (env) => {
    const known = parsed.get(env);
    if (known !== undefined) return known;
    const result = schema.safeParse(env);
    const answer: ConfigResult<Config> = result.success
      ? { ok: true, config: result.data }
      : {
          ok: false,
          problem: `The ${worker} is not configured: ${result.error.issues
            .map((issue) => `${issue.path.join(".")} ${issue.message}`)
            .join("; ")}.`,
        };
    parsed.set(env, answer);
    return answer;
  };
}
