import { CACHE_DEFAULTS } from "../schema/caching/cache-setting.ts";
import { ZERO_USD } from "../schema/kernel/money.ts";
import type { RequestRecord } from "../schema/wire/request-record.ts";
import type { TeamName } from "./cast.ts";
import type { Chance } from "./chance.ts";
import type { DemoRequest } from "./traffic.ts";

/** The teams that have an answer given again, and how long they first looked on in shadow. */
export const CACHED_TEAMS = ["Support", "Search"] as const satisfies readonly TeamName[];
export const SHADOW_DAYS = 4;

const { threshold, ttl_ms } = CACHE_DEFAULTS;

export type DemoCache = NonNullable<RequestRecord["cache"]>;

/**
 * The request as the response cache left it: looked at in shadow, missed, or answered without its provider. `share` of its
 * kind are hits once the cache is warm, which takes some days. `day` is how many days ago it was switched on, below zero
 * before that.
 */
export function cached(request: DemoRequest, share: number, random: Chance, day: number): DemoRequest {
  if (day < 0 || request.outcome !== "completed") return request;
  if (day < SHADOW_DAYS) return { ...request, cache: notServed("miss", "shadow") };
  const warm = Math.min(1, (day - SHADOW_DAYS + 1) / 4);
  if (!random.happens(share * warm)) {
    // Near enough, and about another number or name: found, and not served.
    return {
      ...request,
      cache: random.happens(0.03) ? notServed("refused", random.one(VETOES)) : notServed("miss", null),
    };
  }
  const exact = random.happens(0.6);
  const latency_ms = 14 + random.whole(exact ? 20 : 60);
  return {
    ...request,
    cost_nano_usd: ZERO_USD,
    latency_ms,
    first_byte_ms: latency_ms - 2,
    tried: [],
    cache: {
      status: exact ? "hit-exact" : "hit-semantic",
      score: exact ? 1 : threshold + random.next() * (1 - threshold),
      saved_nano_usd: request.cost_nano_usd,
      saved_ms: Math.max(0, request.latency_ms - latency_ms),
      detail: { reason: null, age_ms: random.whole(ttl_ms), source_request_id: null },
    },
  };
}

const VETOES = ["veto_number", "veto_literal"] as const;

const notServed = (status: DemoCache["status"], reason: string | null): DemoCache => ({
  status,
  score: null,
  saved_nano_usd: 0,
  saved_ms: 0,
  detail: { reason, age_ms: null, source_request_id: null },
});

/** Answers that were kept, by what they answer: requests come in order of time, with the ids that the log has them by. */
export class KeptAnswers {
  readonly #kept = new Map<string, readonly { readonly request_id: string; readonly at: number }[]>();

  /** A hit with whose answer it gives and how old that is; any other request as it is. */
  attributed(request: DemoRequest, request_id: string): DemoRequest {
    const { cache, at, latency_ms, workload, model } = request;
    if (cache === undefined) return request;
    const place = `${workload.feature} ${model}`;
    const kept = this.#kept.get(place) ?? [];
    if (!isHit(request)) {
      this.#kept.set(place, [...kept.slice(-NEWEST), { request_id, at: at + latency_ms }]);
      return request;
    }
    // The newest may be on its way still.
    const source = kept.findLast((answer) => answer.at <= at);
    if (source === undefined || source.at + ttl_ms < at) return request;
    const detail = { reason: null, age_ms: at - source.at, source_request_id: source.request_id };
    return { ...request, cache: { ...cache, detail } };
  }
}

const NEWEST = 10;

export const isHit = ({ cache }: DemoRequest): boolean => cache?.status.startsWith("hit-") ?? false;
