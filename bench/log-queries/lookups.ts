/** What rows of the log are made of. Small tables: a row takes a line of each, by its number. */

/** As ids are: a prefix and 26 characters. */
const id = (prefix: string, number: number): string => `${prefix}_${String(number).padStart(26, "0")}`;

export const ORG = id("org", 1);
/** A tenth of the rows is another organisation's. */
export const OTHER_ORG = id("org", 2);

const WALLETS = 300;
const TEAMS = 24;
const PROVIDERS = ["openai", "anthropic", "vertex", "bedrock", "azure", "mistral"] as const;
const MODELS = 24;
const FEATURES = ["chat", "search", "summary", "agent", "translate", "tagging"] as const;
const COUNTRIES = ["DE", "FR", "US", "GB", "PL", "IN"] as const;

/** An application: who asks what for what. The first asks most. */
interface App {
  readonly org_id: string;
  readonly wallet_id: string;
  readonly team_id: string | null;
  readonly cost_center: string | null;
  readonly key_id: string;
  readonly provider_id: string;
  readonly model: string;
  readonly feature: string | null;
  readonly country: string;
}

const APPS = 1_200;
export const APP_SLOTS = 4_096;

function app(number: number): App {
  const wallet = number % WALLETS;
  const model = (wallet * 7 + Math.floor(number / WALLETS)) % MODELS;
  const provider = PROVIDERS[model % PROVIDERS.length] ?? "openai";
  const team = wallet % TEAMS;
  return {
    org_id: wallet % 10 === 9 ? OTHER_ORG : ORG,
    wallet_id: id("wal", wallet),
    team_id: team === 0 ? null : id("team", team),
    cost_center: team === 0 ? null : `CC-${100 + (team % 8)}`,
    key_id: id("key", 2 * wallet + (number % 2)),
    provider_id: provider,
    model: `${provider}/model-${model}`,
    feature: number % 5 === 0 ? null : (FEATURES[number % FEATURES.length] ?? null),
    country: COUNTRIES[number % COUNTRIES.length] ?? "DE",
  };
}

/** An app for each slot: the one of rank r has a part of all that goes with 1/r, and at least a slot. */
export function appSlots(): readonly App[] {
  const weights = Array.from({ length: APPS }, (_, at) => 1 / (at + 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const free = APP_SLOTS - APPS;
  const slots = weights.flatMap((weight, at) => {
    const made = app(at);
    return Array.from({ length: 1 + Math.floor((weight / sum) * free) }, () => made);
  });
  // What rounding left over.
  while (slots.length < APP_SLOTS) slots.push(app(slots.length % APPS));
  return slots;
}

interface Ending {
  readonly outcome: string;
  readonly status: number;
  readonly error_code: string | null;
}

export const ENDING_SLOTS = 256;

/** Of 256: four fail, three are cancelled, one is cut. */
export const endingSlots = (): readonly Ending[] =>
  Array.from({ length: ENDING_SLOTS }, (_, at) => {
    if (at < 3) return { outcome: "upstream_error", status: 502, error_code: "upstream_error" };
    if (at === 3) return { outcome: "upstream_timeout", status: 504, error_code: "upstream_timeout" };
    if (at < 7) return { outcome: "cancelled", status: 499, error_code: null };
    return { outcome: at === 7 ? "cut" : "completed", status: 200, error_code: null };
  });

export const TIME_SLOTS = 1_024;

/** Latencies from 80 ms to two minutes, most of them about a second and a half. */
export const timeSlots = (): readonly { readonly latency_ms: number; readonly first_byte_ms: number }[] =>
  Array.from({ length: TIME_SLOTS }, (_, at) => {
    const part = (at + 0.5) / TIME_SLOTS;
    const latency_ms = Math.min(120_000, Math.round(1_500 * Math.exp(0.9 * Math.log(part / (1 - part)) * 0.6)));
    return { latency_ms, first_byte_ms: Math.round(latency_ms / 4) };
  });

/** Of each filter of the request log a value that some rows have; `request_id` is that of one row. */
export function someValues(request_id: string): Readonly<Record<string, string>> {
  // Neither the busiest nor the rarest.
  const { wallet_id, team_id, cost_center, key_id, provider_id, model, feature, country } = app(31);
  return {
    request_id,
    wallet_id,
    team_id: team_id ?? "",
    cost_center: cost_center ?? "",
    key_id,
    provider: provider_id,
    model,
    feature: feature ?? "chat",
    country,
    subject: "user-4711",
    tag: "env:test",
    outcome: "upstream_timeout",
    status: "5xx",
    error_code: "upstream_error",
    rule_id: "rule_7",
    min_cost_usd: "0.015",
    max_cost_usd: "0.0001",
  };
}
