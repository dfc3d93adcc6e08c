import * as z from "zod";
import { errorText } from "./clear-error.ts";

/** What esbuild found, one line per place. */
export function buildErrors(failure: unknown): string {
  const parsed = failureSchema.safeParse(failure);
  if (!parsed.success) return errorText(failure);
  const lines = parsed.data.errors.map(({ location, text }) =>
    location === null ? text : `${location.file}:${location.line}: ${text}`,
  );
  return lines.join("\n");
}

const failureSchema = z.object({
  errors: z.array(z.object({ text: z.string(), location: z.object({ file: z.string(), line: z.int() }).nullable() })),
});
