import type { Usage, UsageComponent } from "../../../../schema/canonical/usage.ts";
import type { ConverseUsage } from "./wire.ts";

/**
 * Components as they are billed. They are disjoint on the wire already: `inputTokens` leaves out what was read from or
 * written to the cache. Writes that no detail accounts for are of the default kind, five minutes. An impossible figure is
 * passed on as NaN for the meter to refuse.
 */
export function toUsage(counts: ConverseUsage): Usage {
  const details = counts.cacheDetails ?? [];
  const ofTtl = (ttl: string) =>
    details.reduce((sum, detail) => sum + (detail.ttl === ttl ? (detail.inputTokens ?? 0) : 0), 0);
  const written_1h = ofTtl("1h");
  const components: readonly (readonly [UsageComponent, number])[] = [
    ["input", counts.inputTokens ?? 0],
    ["cached_read", counts.cacheReadInputTokens ?? 0],
    ["cached_write_5m", Math.max(ofTtl("5m"), (counts.cacheWriteInputTokens ?? 0) - written_1h)],
    ["cached_write_1h", written_1h],
    ["output", counts.outputTokens ?? 0],
  ];
  const usage: Usage = {};
  for (const [component, count] of components) if (count !== 0) usage[component] = count;
  return usage;
}
