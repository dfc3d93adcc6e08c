import * as z from "zod";
import { checkUrl, URL_PROBLEMS } from "../http/checked-url.ts";
import { formatUsd, MAX_NANO_USD, nanoUsd, parseUsd } from "../kernel/money.ts";
import { formatTime } from "../kernel/time.ts";

/**
 * The kinds of fields that resources are made of. Each says what the API takes (`input`, whose output is what D1 keeps),
 * what it shows (`output` and `show`), and how a page edits it (`widget`).
 */
export interface Field {
  readonly description: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** A stored value as the API shows it. */
  show(stored: unknown): unknown;
  readonly widget: Widget;
}

export type Widget =
  | { readonly kind: "text" | "usd" | "time" | "flag" | "list" | "json" | "url" | "secret" }
  | { readonly kind: "integer"; readonly least: number; readonly most: number }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  /** The id of something of another resource, chosen from its list. */
  | { readonly kind: "reference"; readonly resource: string };

const asIs = (stored: unknown): unknown => stored;

const CONTROL = /\p{Cc}/u;

/** A line of text, trimmed, not empty. */
export function text(description: string, max_chars: number): Field {
  const input = z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(max_chars, `must be at most ${max_chars} characters`)
    .refine((value) => !CONTROL.test(value), "must not contain control characters");
  return { description, input, output: z.string(), show: asIs, widget: { kind: "text" } };
}

/** The id of another resource of the same org. That it exists is checked where it is written. */
export function reference(description: string, resource: string): Field {
  const input = z.string().min(1).max(100);
  return { description, input, output: z.string(), show: asIs, widget: { kind: "reference", resource } };
}

export function choice<const Values extends readonly [string, ...string[]]>(
  description: string,
  values: Values,
): Field {
  const input = z.enum(values, `must be one of ${values.join(", ")}`);
  return { description, input, output: input, show: asIs, widget: { kind: "choice", values } };
}

export function flag(description: string): Field {
  return { description, input: z.boolean(), output: z.boolean(), show: asIs, widget: { kind: "flag" } };
}

export function integer(description: string, least: number, most: number): Field {
  const input = z
    .int("must be a whole number")
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);
  return { description, input, output: z.int(), show: asIs, widget: { kind: "integer", least, most } };
}

/**
 * Dollars, ≥ 0, as a decimal string with up to nine places; the output is nano-dollars. A JSON number is taken as the
 * digits that it was written with: 0.15 is "0.15".
 */
export const usdInput = z
  .union([z.string(), z.number()], 'must be a decimal string such as "12.50"')
  .transform((value, context) => {
    const amount = parseUsd(String(value));
    if (amount !== null && amount >= 0) return amount;
    context.addIssue({
      code: "custom",
      message: `must be dollars as a decimal string with up to nine places, from "0" to "${MAX_NANO_USD / 1e9}"`,
    });
    return z.NEVER;
  });

/** Dollars: see `usdInput`; nano-dollars when stored. */
export function usd(description: string): Field {
  const show = (stored: unknown) => (typeof stored === "number" ? formatUsd(nanoUsd(stored)) : null);
  return { description, input: usdInput, output: z.string(), show, widget: { kind: "usd" } };
}

/** A moment, RFC 3339; milliseconds when stored. */
export function time(description: string): Field {
  const input = z.iso
    .datetime({ offset: true, error: "must be a time such as 2026-12-31T23:59:59Z" })
    .transform((value) => Date.parse(value));
  const show = (stored: unknown) => (typeof stored === "number" ? formatTime(stored) : null);
  return { description, input, output: z.iso.datetime(), show, widget: { kind: "time" } };
}

/** A short list of words, kept as JSON. */
export function list(description: string, item: z.ZodType, max_items: number): Field {
  const input = z.array(item).max(max_items, `must have at most ${max_items} entries`);
  return { description, input, output: z.array(z.unknown()), show: asIs, widget: { kind: "list" } };
}

/** An object of a shape of its own, kept as JSON. */
export function object(description: string, input: z.ZodType, output: z.ZodType = input): Field {
  return { description, input, output, show: asIs, widget: { kind: "json" } };
}

/** An address that the platform itself will call: https and public. Whether private ones are allowed too is asked later. */
export function url(description: string): Field {
  const input = z
    .string()
    .max(2_000)
    .transform((value, context) => {
      const checked = checkUrl(value, { allow_private: true });
      if (checked.ok) return checked.url.href.replace(/\/+$/, "");
      context.addIssue({ code: "custom", message: URL_PROBLEMS[checked.problem] });
      return z.NEVER;
    });
  return { description, input, output: z.string(), show: asIs, widget: { kind: "url" } };
}

/** Written and never shown. Its column is filled by the resource's hook, which seals it. */
export function secret(description: string, input: z.ZodType): Field {
  return { description, input, output: z.never(), show: () => undefined, widget: { kind: "secret" } };
}

/** The same field, which may also be null. */
export function orNull(field: Field): Field {
  const show = (stored: unknown) => (stored === null || stored === undefined ? null : field.show(stored));
  return { ...field, input: field.input.nullable(), output: field.output.nullable(), show };
}
