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

/** AO_LOG_DAYS: how many days the request log is kept; 0 is for ever. Less than a month could forget what a queue brings again. */
export const logDaysVariable = z
  .string()
  .regex(/^\d{1,4}$/, "must be a whole number of days")
  .transform(Number)
  .refine((days) => days === 0 || days >= 30, "must be 0, which is for ever, or at least 30")
  .default(400);

export const millisecondsVariable = (least: number, most: number, fallback: number) =>
  z
    .string()
    .regex(/^\d+$/, "must be a whole number of milliseconds")
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`))
    .default(fallback);

/** Headers as one text, `name=value,other=value`, values in percent-encoding where they need it: OpenTelemetry's spelling. */
export const headersVariable = z.string().transform((text, context): Readonly<Record<string, string>> => {
  const pairs = text.split(",").filter((pair) => pair.trim() !== "");
  const headers: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    const plain = value === undefined ? null : decoded(value);
    if (name === undefined || plain === null || !/^[\x20-\x7e]*$/.test(plain)) {
      context.addIssue({ code: "custom", message: "must be headers such as authorization=Bearer%20…,x-team=platform" });
      return z.NEVER;
    }
    headers[name.toLowerCase()] = plain;
  }
  return headers;
});

function decoded(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}

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
