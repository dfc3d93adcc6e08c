import type { Sla } from "../../../../schema/routing/action.ts";
import type { RouteInput } from "./candidate.ts";

export interface Judged {
  /** The bounds that a model does not keep to, each with what it has. */
  readonly misses: Readonly<Record<string, number>>;
  /** How far it is from the worst of them, as a share of the bound: 0 keeps to all. */
  readonly excess: number;
}

export const MET: Judged = { misses: {}, excess: 0 };

/** Whether a model keeps to the bounds. What is not known of it is taken to be kept to, so that it becomes known. */
export function judgeSla(sla: Sla, model: string, { facts, snapshot }: RouteInput): Judged {
  const health = facts.health(model);
  const slash = model.indexOf("/");
  const context = snapshot.providers.get(model.slice(0, slash))?.models.get(model.slice(slash + 1))?.context_tokens;
  const above = [
    { name: "p95_latency_ms", bound: sla.p95_latency_ms, has: health.latency_p95_ms },
    { name: "p95_first_byte_ms", bound: sla.p95_first_byte_ms, has: health.first_byte_p95_ms },
    { name: "error_rate", bound: sla.error_rate, has: health.error_rate },
  ].flatMap(({ name, bound, has }) =>
    bound === undefined || has === null || has <= bound
      ? []
      : [{ name, has, excess: (has - bound) / Math.max(bound, LEAST) }],
  );
  const small =
    sla.context === undefined || context === undefined || context >= sla.context
      ? []
      : [{ name: "context", has: context, excess: sla.context / Math.max(1, context) - 1 }];
  const missed = [...above, ...small];
  return {
    misses: Object.fromEntries(missed.map(({ name, has }) => [name, rounded(has)])),
    excess: Math.max(0, ...missed.map(({ excess }) => excess)),
  };
}

/** A bound of no errors at all is taken for one in a thousand where distances are compared. */
const LEAST = 0.001;

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
