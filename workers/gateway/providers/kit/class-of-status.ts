import type { UpstreamError } from "../../../../schema/canonical/parts.ts";

const BY_STATUS: ReadonlyMap<number, UpstreamError["class"]> = new Map([
  [401, "auth"],
  [402, "quota"],
  [403, "auth"],
  [404, "not_found"],
  [408, "timeout"],
  [413, "too_large"],
  [429, "rate_limited"],
  [503, "overloaded"],
  [504, "timeout"],
  [529, "overloaded"],
]);

/** The class that an HTTP status alone tells: what a provider's own codes say goes before it. */
export const classOfStatus = (status: number): UpstreamError["class"] =>
  BY_STATUS.get(status) ?? (status >= 400 && status < 500 ? "rejected" : "failed");
