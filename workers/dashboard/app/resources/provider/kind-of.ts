import { isProviderKind, PROVIDER_KINDS, type ProviderKindRow } from "../../../../../schema/providers/kinds.ts";

/** What is known of the kind that a form has; null until one is chosen, and of a kind that this version does not know. */
export const kindRowOf = (kind: unknown): ProviderKindRow | null =>
  typeof kind === "string" && isProviderKind(kind) ? PROVIDER_KINDS[kind] : null;

export const kindLabel = (kind: string): string => kindRowOf(kind)?.label ?? kind;

/** "either API key, or Access key id and Secret access key"; null where there is one way only. */
export function waysOf({ credential, credential_ways }: ProviderKindRow): string | null {
  if (credential_ways === undefined) return null;
  const called = (name: string): string => credential.find((field) => field.name === name)?.label ?? name;
  return `either ${credential_ways.map((way) => way.map(called).join(" and ")).join(", or ")}`;
}

/** A text with something in it, by the name of its part. What was emptied is left out; undefined when nothing is left. */
export function withPart(before: unknown, name: string, text: string): Readonly<Record<string, string>> | undefined {
  const parts = Object.entries({ ...partsOf(before), [name]: text }).filter(([, value]) => value.trim() !== "");
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

export const partsOf = (value: unknown): Readonly<Record<string, string>> =>
  typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).filter((part): part is [string, string] => typeof part[1] === "string"))
    : {};
