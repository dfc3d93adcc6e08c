import { isRow } from "../../lib/json.ts";
import type { FieldErrors } from "../../ui/form.tsx";
import { kindRowOf, partsOf, waysOf } from "./kind-of.ts";

/** What is wrong with a provider's parts by its kind, before anything is sent. What is stored already needs not be given again. */
export function checkProvider(values: Readonly<Record<string, unknown>>, creating: boolean): FieldErrors {
  const kind = kindRowOf(values.kind);
  if (kind === null) return creating ? { kind: "Choose one." } : {};
  const errors: Record<string, string> = {};
  const credential = partsOf(values.credential);
  const names = Object.keys(credential);
  if (names.length > 0 || creating) {
    const missing = kind.credential.find(({ name, required }) => required && credential[name] === undefined);
    if (missing !== undefined) errors[`credential.${missing.name}`] = `The ${missing.label} is missing.`;
    const whole = kind.credential_ways?.some(
      (way) => way.length === names.length && way.every((name) => credential[name] !== undefined),
    );
    if (whole === false && names.length > 0) errors.credential = `Give ${waysOf(kind)}, and nothing besides.`;
  }
  const settings = isRow(values.settings) ? partsOf(values.settings) : {};
  for (const { name, form, must } of kind.settings ?? []) {
    const text = settings[name];
    if (text !== undefined && form !== "url" && !form.test(text)) errors[`settings.${name}`] = `It ${must}.`;
  }
  return errors;
}
