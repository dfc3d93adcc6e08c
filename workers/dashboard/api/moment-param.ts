import * as z from "zod";

/** A time in a query, RFC 3339 with any offset, as milliseconds since the epoch. */
export const momentParam = z.iso
  .datetime({ offset: true, error: "must be a time such as 2026-12-31T23:59:59Z" })
  .transform((value) => Date.parse(value))
  .optional();
