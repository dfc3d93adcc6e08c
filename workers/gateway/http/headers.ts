import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";

/**
 * Headers cross the gateway by allow-list only, both ways: a caller's credentials never reach a provider, a provider's
 * cookies, credentials and hop-by-hop headers never reach a caller.
 */

/** Of the provider's answer headers, these go on to the caller. */
const FROM_UPSTREAM = [
  "openai-processing-ms",
  "openai-version",
  "x-ratelimit-limit-requests",
  "x-ratelimit-limit-tokens",
  "x-ratelimit-remaining-requests",
  "x-ratelimit-remaining-tokens",
  "x-ratelimit-reset-requests",
  "x-ratelimit-reset-tokens",
] as const;

/** Copies the allowed headers of a provider's answer, the provider's limits under names that say whose they are. */
export function headersFromUpstream(upstream: Headers): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name of FROM_UPSTREAM) {
    const value = upstream.get(name);
    if (value !== null) out[name.startsWith("x-ratelimit") ? `x-ao-upstream-${name.slice(2)}` : name] = value;
  }
  return out;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const ALL_ZERO = /^0+$/;

export interface Traceparent {
  /** As it came. */
  readonly value: string;
  readonly trace_id: string;
  readonly parent_id: string;
  /** Whether the caller keeps its part of the trace. */
  readonly sampled: boolean;
}

/** A valid W3C traceparent and its trace id, or null. Source: W3C Trace Context, version 00. */
export function readTraceparent(headers: Headers): Traceparent | null {
  const value = headers.get("traceparent");
  if (value === null) return null;
  const [, trace_id, parent_id, flags] = TRACEPARENT.exec(value) ?? [];
  if (trace_id === undefined || parent_id === undefined || flags === undefined) return null;
  const sampled = (Number.parseInt(flags, 16) & 1) === 1;
  return ALL_ZERO.test(trace_id) || ALL_ZERO.test(parent_id) ? null : { value, trace_id, parent_id, sampled };
}

/**
 * `x-ao-tags: team=search,env=prod` as an object. Malformed pairs are left out rather than failing a paid request;
 * `dropped` counts them for the warning.
 */
export function readTags(headers: Headers): { readonly tags: Record<string, string>; readonly dropped: number } {
  const tags: Record<string, string> = {};
  let dropped = 0;
  const header = headers.get("x-ao-tags");
  if (header === null) return { tags, dropped };
  for (const pair of header.split(",")) {
    if (pair.trim() === "") continue;
    const equals = pair.indexOf("=");
    const key = pair.slice(0, equals).trim();
    const value = pair.slice(equals + 1).trim();
    const fits = equals > 0 && key !== "" && key.length <= LIMITS.tag_chars && value.length <= LIMITS.tag_chars;
    if (!fits || key === "__proto__" || Object.keys(tags).length >= LIMITS.tag_count) dropped += 1;
    else tags[key] = value;
  }
  return { tags, dropped };
}

/** A short label such as `x-ao-feature`, trimmed and cut at the tag limit, or null. */
export function readLabel(headers: Headers, name: string): string | null {
  const value = headers.get(name)?.trim();
  return value === undefined || value === "" ? null : value.slice(0, LIMITS.tag_chars);
}

/**
 * A switch such as `x-ao-dry-run`: absent is off, unless it is said to be on. Any other word than true or false is refused,
 * since a guess may cost.
 */
export function readSwitch(headers: Headers, name: string, absent = false): { readonly on: boolean } | Refused {
  const value = headers.get(name)?.trim().toLowerCase();
  if (value === undefined) return { on: absent };
  if (value === "false" || value === "0") return { on: false };
  if (value === "true" || value === "1") return { on: true };
  return refuse("invalid_request", { message: `The header ${name} must be "true" or "false".`, param: name });
}
