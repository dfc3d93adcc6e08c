import type { Usage } from "../schema/canonical/usage.ts";
import { type NanoUsd, nanoUsd, ZERO_USD } from "../schema/kernel/money.ts";
import { catalogueModelNamed } from "../schema/pricing/catalogue.ts";
import { costOf } from "../schema/pricing/cost.ts";
import type { Price } from "../schema/pricing/price.ts";
import { priceAt } from "../schema/pricing/select-price.ts";
import type { RoutingRecord } from "../schema/routing/routing-record.ts";
import type { RequestOutcome } from "../schema/wire/request-record.ts";
import { cached as cachedAs, type DemoCache } from "./caching.ts";
import type { WalletSlug } from "./cast.ts";
import { type Chance, chance } from "./chance.ts";
import { SUPPORT_MODEL, SUPPORT_SMALLER, WORKLOADS, type Workload } from "./workloads.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const DAYS = 30;

/** How many days ago what happened. */
export const EVENTS = { outage: 9, anomaly: 5, experiment: 13, fallback_rule: 20, cache: 18 } as const;

/** One request of the demo, before any wallet has seen it. Times are milliseconds. */
export interface DemoRequest {
  readonly at: number;
  readonly workload: Workload;
  readonly wallet: WalletSlug;
  readonly key: string;
  readonly model: string;
  readonly price: Price;
  readonly usage: Usage;
  readonly cost_nano_usd: NanoUsd;
  readonly hold_nano_usd: NanoUsd;
  readonly stream: boolean;
  readonly outcome: RequestOutcome;
  readonly status: number;
  readonly latency_ms: number;
  readonly first_byte_ms: number | null;
  readonly subject: string | null;
  readonly country: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly tried: NonNullable<RoutingRecord["tried"]>;
  readonly variant: "control" | "smaller" | null;
  /** What the response cache did with it, where it was asked. */
  readonly cache?: DemoCache;
}

/** Of what workloads say: so much that every chart has something to show, and a first start has it in seconds. */
const VOLUME = 0.56;

/** Of a day's requests, how many come in each hour. */
const HOURS: Readonly<Record<Workload["hours"], readonly number[]>> = {
  office: [1, 1, 1, 1, 1, 2, 4, 9, 14, 16, 15, 12, 11, 14, 15, 14, 11, 7, 5, 4, 3, 2, 2, 1],
  evening: [4, 2, 1, 1, 1, 2, 4, 6, 6, 6, 6, 7, 8, 7, 7, 7, 9, 12, 15, 17, 17, 15, 11, 7],
  night: [6, 14, 22, 22, 18, 10, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3],
};

/** How fast providers answer: to the first byte, and for a token, in milliseconds. */
const SPEED: Readonly<Record<string, readonly [first_byte: number, token: number]>> = {
  openai: [420, 9],
  anthropic: [560, 11],
  gemini: [330, 6],
  mistral: [240, 7],
};

/** All requests of the 30 days before `now`, in order of time. The same seed and time give the same. */
export function trafficOf(seed: number, now: number): readonly DemoRequest[] {
  const all = WORKLOADS.flatMap((workload, index) => requestsOf(workload, chance(seed + index), now));
  return all.sort((a, b) => a.at - b.at);
}

function requestsOf(workload: Workload, random: Chance, now: number): readonly DemoRequest[] {
  const { from_days_ago = DAYS, to_days_ago = 0, growth = 0 } = workload;
  const requests: DemoRequest[] = [];
  const weights = HOURS[workload.hours];
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const first = Math.floor(now / HOUR_MS) * HOUR_MS - from_days_ago * DAY_MS;
  for (let hour = first; hour <= now - to_days_ago * DAY_MS; hour += HOUR_MS) {
    const weekday = new Date(hour).getUTCDay();
    const day_factor = weekday === 0 || weekday === 6 ? workload.weekend : 1;
    const age = (now - hour) / (DAYS * DAY_MS);
    const grown = 1 + growth * (0.5 - age);
    const weight = (weights[new Date(hour).getUTCHours()] ?? 0) / whole;
    const count = random.rounded(workload.per_day * VOLUME * day_factor * grown * weight * random.around(0.25));
    const surge = isAnomaly(workload, hour, now) ? 9 : 1;
    for (let index = 0; index < count * surge; index += 1) {
      const at = hour + random.whole(HOUR_MS);
      if (at > now - 60_000) continue;
      const request = requestOf(workload, random, at, now);
      requests.push(
        workload.repeats === undefined
          ? request
          : cachedAs(request, workload.repeats, random, EVENTS.cache - (now - at) / DAY_MS),
      );
    }
  }
  return requests;
}

/** A job that ran again and again for some hours of one night, with a dear model. */
const isAnomaly = ({ feature }: Workload, at: number, now: number): boolean =>
  feature === "invoice-extraction" &&
  daysAgo(at, now) === EVENTS.anomaly &&
  [1, 2, 3].includes(new Date(at).getUTCHours());

/** OpenAI could hardly be reached for two hours of an afternoon. */
export const isOutage = (at: number, now: number): boolean =>
  daysAgo(at, now) === EVENTS.outage && [13, 14].includes(new Date(at).getUTCHours());

export const daysAgo = (at: number, now: number): number => Math.floor(now / DAY_MS) - Math.floor(at / DAY_MS);

function requestOf(workload: Workload, random: Chance, at: number, now: number): DemoRequest {
  const subject =
    workload.subjects === 0 ? null : `${workload.feature.slice(0, 3)}-${random.skewed(workload.subjects)}`;
  const variant = variantOf(workload, subject, at, now);
  const asked = isAnomaly(workload, at, now) ? "gemini/gemini-3.8-flash" : random.weighted(workload.models);
  const chosen = variant === "smaller" ? SUPPORT_SMALLER : asked;
  const trouble = isOutage(at, now) && chosen.startsWith("openai/") && workload.operation === undefined;
  const fails_over = trouble && random.happens(0.55);
  const tried = fails_over ? [{ model: chosen, provider_id: "openai", failed: "overloaded", status: 503 }] : [];
  const model = fails_over ? "anthropic/claude-sonnet-5-5" : chosen;
  const price = priceOf(model, at);
  const provider = model.split("/")[0] ?? "";
  const [first_byte = 400, token = 10] = SPEED[provider] ?? [];
  const outcome = outcomeOf(workload, random, trouble && !fails_over);
  const failed = outcome === "upstream_error" || outcome === "upstream_timeout";
  const input = random.size(workload.input_tokens);
  const output = failed
    ? 0
    : Math.round(random.size(workload.output_tokens) * (outcome === "cancelled" ? random.next() : 1));
  const cached = Math.floor(input * workload.cached * (random.happens(0.8) ? 1 : 0));
  const usage: Usage = failed ? {} : usageOf(input, cached, output, price);
  const slow = (trouble ? 3.2 : 1) * (fails_over ? 1.8 : 1) * random.around(0.35);
  const to_first = Math.round(first_byte * slow * (1 + input / 40_000)) + 20;
  const stream = random.happens(workload.streams);
  const cost_nano_usd = failed ? ZERO_USD : costOf(usage, price).cost_nano_usd;
  const most = costOf(usageOf(input, 0, workload.operation === undefined ? 4_096 : 0, price), price).cost_nano_usd;
  return {
    at,
    workload,
    wallet: workload.wallet,
    key: random.one(workload.keys),
    model,
    price,
    usage,
    cost_nano_usd,
    hold_nano_usd: nanoUsd(Math.max(most, cost_nano_usd)),
    stream,
    outcome,
    status:
      outcome === "upstream_timeout"
        ? 504
        : failed
          ? trouble
            ? 503
            : random.one([429, 500, 502])
          : outcome === "cancelled"
            ? 499
            : 200,
    latency_ms:
      outcome === "upstream_timeout"
        ? 60_000 + random.whole(300)
        : to_first + Math.round(output * token * random.around(0.2)),
    first_byte_ms: failed || !stream ? null : to_first,
    subject,
    country: random.one(workload.countries),
    tags: workload.tags,
    tried,
    variant,
  };
}

/** The request with as much of its answer as an amount covers; null where that does not even cover its prompt. */
export function cutRequest(request: DemoRequest, available_nano_usd: number): DemoRequest | null {
  const { output = 0, ...input } = request.usage;
  const left = available_nano_usd - costOf(input, request.price).cost_nano_usd;
  const for_a_thousand = costOf({ output: 1_000 }, request.price).cost_nano_usd;
  const tokens = Math.min(output, Math.floor((left * 1_000) / for_a_thousand) - 1);
  if (tokens <= 0) return null;
  const usage = { ...input, output: tokens };
  return {
    ...request,
    usage,
    cost_nano_usd: costOf(usage, request.price).cost_nano_usd,
    outcome: tokens < output ? "cut" : request.outcome,
  };
}

function outcomeOf(workload: Workload, random: Chance, in_trouble: boolean): RequestOutcome {
  const roll = random.next();
  if (in_trouble) return roll < 0.4 ? "upstream_error" : roll < 0.5 ? "upstream_timeout" : "completed";
  if (roll < 0.006) return "upstream_error";
  if (roll < 0.0075) return "upstream_timeout";
  return workload.streams > 0.5 && roll < 0.024 ? "cancelled" : "completed";
}

/** Half of the users get the smaller model, always the same. */
function variantOf({ feature }: Workload, subject: string | null, at: number, now: number): DemoRequest["variant"] {
  if (feature !== "support-answers" || subject === null || at < now - EVENTS.experiment * DAY_MS) return null;
  const number = Number(subject.split("-").at(-1));
  return (number * 7919) % 100 < 50 ? "smaller" : "control";
}

const usageOf = (input: number, cached: number, output: number, { rates }: Price): Usage => {
  const read = rates.cached_read === undefined ? 0 : cached;
  return {
    input: input - read,
    ...(read > 0 ? { cached_read: read } : {}),
    ...(output > 0 ? { output } : {}),
  };
};

const prices = new Map<string, readonly Price[]>();

function priceOf(model: string, at: number): Price {
  const known = prices.get(model) ?? catalogueModelNamed(model)?.prices ?? [];
  prices.set(model, known);
  const price = priceAt(known, at) ?? known.at(-1);
  if (price === undefined) throw new Error(`the catalogue has no price of ${model}, which the demo uses`);
  return price;
}

export const CONTROL_MODEL = SUPPORT_MODEL;
