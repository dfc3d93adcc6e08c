import { inputTokens, outputTokens } from "../../schema/canonical/usage.ts";
import { FROM, makeEvent } from "./make-event.ts";

const HOUR_MS = 3_600_000;

export interface Sums {
  requests: number;
  cost_nano_usd: bigint;
  input_tokens: number;
  output_tokens: number;
  latency_ms_sum: number;
}

export interface Expected {
  readonly completed: number;
  readonly adjusted: number;
  readonly thresholds: number;
  /** By everything that a rollup row is told apart by. */
  readonly rollup: ReadonlyMap<string, Sums>;
}

/** What must be in the database, added up without SQL from the events themselves, each once. */
export function expectedOf(events: number): Expected {
  const rollup = new Map<string, Sums>();
  const counts = { completed: 0, adjusted: 0, thresholds: 0 };
  for (let index = 0; index < events; index += 1) {
    const event = makeEvent(index);
    if (event.type === "wallet.threshold") {
      counts.thresholds += 1;
      continue;
    }
    const is_request = event.type === "request.completed";
    counts[is_request ? "completed" : "adjusted"] += 1;
    const { key_id, provider_id, model, feature } = event.context;
    const outcome = is_request ? event.record.outcome : event.reason;
    const hour = FROM + Math.floor((event.at - FROM) / HOUR_MS) * HOUR_MS;
    const { org_id, wallet_id, team_id, cost_center } = event;
    const booked = [wallet_id, team_id ?? "", cost_center ?? ""];
    const status = is_request ? event.record.status : -1;
    const key = [org_id, hour, ...booked, key_id, provider_id, model, feature ?? "", outcome, status].join("|");
    const sums = rollup.get(key) ?? nothing();
    rollup.set(key, sums);
    const usage = is_request || event.reason !== "overage" ? (event.record?.usage ?? {}) : {};
    sums.requests += is_request ? 1 : 0;
    sums.cost_nano_usd += BigInt(event.cost_nano_usd);
    sums.input_tokens += inputTokens(usage);
    sums.output_tokens += outputTokens(usage);
    sums.latency_ms_sum += is_request ? event.record.latency_ms : 0;
  }
  return { ...counts, rollup };
}

const nothing = (): Sums => ({ requests: 0, cost_nano_usd: 0n, input_tokens: 0, output_tokens: 0, latency_ms_sum: 0 });
