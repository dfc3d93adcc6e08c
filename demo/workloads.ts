import type { WalletSlug } from "./cast.ts";

/** What asks for answers in the demo, and how: the shape of 30 days of traffic. */
export interface Workload {
  readonly feature: string;
  readonly wallet: WalletSlug;
  readonly keys: readonly string[];
  /** `provider/model` with how often each is asked. */
  readonly models: readonly (readonly [model: string, weight: number])[];
  /** Requests on a usual weekday. */
  readonly per_day: number;
  /** Of a weekday's, on Saturday and Sunday. */
  readonly weekend: number;
  /** When it is asked: `office` and `evening` follow a working day, `night` is a batch job. */
  readonly hours: "office" | "evening" | "night";
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Of the prompt, read from the provider's cache. */
  readonly cached: number;
  readonly streams: number;
  readonly subjects: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly countries: readonly string[];
  /** Days ago on which it began and ended. */
  readonly from_days_ago?: number;
  readonly to_days_ago?: number;
  /** By how much it grows over the 30 days. */
  readonly growth?: number;
  readonly operation?: "embeddings";
  /** Share of its questions that have been answered before, where a response cache is asked. */
  readonly repeats?: number;
}

const EU = ["DE", "FR", "NL", "ES", "PL"] as const;
const WORLD = ["US", "DE", "GB", "FR", "JP", "BR", "IN"] as const;

export const SUPPORT_MODEL = "openai/gpt-6.1-sol";
export const SUPPORT_SMALLER = "openai/gpt-5.4-mini";

export const WORKLOADS: readonly Workload[] = [
  {
    feature: "support-answers",
    wallet: "support-bot",
    keys: ["support-prod"],
    models: [[SUPPORT_MODEL, 1]],
    per_day: 290,
    weekend: 0.45,
    hours: "office",
    input_tokens: 22_500,
    output_tokens: 420,
    cached: 0.45,
    streams: 0.9,
    subjects: 400,
    tags: { env: "prod", channel: "chat" },
    countries: WORLD,
    growth: 0.25,
  },
  {
    feature: "ticket-triage",
    wallet: "support",
    keys: ["support-triage"],
    models: [
      ["anthropic/claude-haiku-5-5", 3],
      ["mistral/mistral-small-2603", 1],
    ],
    per_day: 160,
    weekend: 0.3,
    hours: "office",
    input_tokens: 6_500,
    output_tokens: 90,
    cached: 0.2,
    streams: 0,
    subjects: 60,
    tags: { env: "prod", channel: "mail" },
    countries: EU,
    repeats: 0.34,
  },
  {
    feature: "search-answers",
    wallet: "search",
    keys: ["search-prod"],
    models: [
      ["gemini/gemini-3.8-flash", 3],
      ["openai/gpt-6-luna", 1],
    ],
    per_day: 250,
    weekend: 0.5,
    hours: "office",
    input_tokens: 30_000,
    output_tokens: 300,
    cached: 0.3,
    streams: 0.95,
    subjects: 500,
    tags: { env: "prod" },
    countries: WORLD,
    growth: 0.4,
    repeats: 0.22,
  },
  {
    feature: "search-index",
    wallet: "search",
    keys: ["search-index"],
    models: [["openai/text-embedding-3-small", 1]],
    per_day: 110,
    weekend: 0.9,
    hours: "night",
    input_tokens: 40_000,
    output_tokens: 0,
    cached: 0,
    streams: 0,
    subjects: 0,
    tags: { env: "prod", job: "index" },
    countries: ["DE"],
    operation: "embeddings",
  },
  {
    feature: "copywriting",
    wallet: "growth",
    keys: ["growth-copy"],
    models: [
      ["anthropic/claude-sonnet-5-5", 3],
      ["openai/gpt-6.1-sol", 1],
    ],
    per_day: 85,
    weekend: 0.1,
    hours: "office",
    input_tokens: 8_750,
    output_tokens: 1_300,
    cached: 0.1,
    streams: 1,
    subjects: 14,
    tags: { env: "prod" },
    countries: EU,
  },
  {
    feature: "launch-campaign",
    wallet: "launch",
    keys: ["launch-copy"],
    models: [
      ["anthropic/claude-opus-5-5", 2],
      ["anthropic/claude-sonnet-5-5", 1],
    ],
    per_day: 60,
    weekend: 0.25,
    hours: "office",
    input_tokens: 13_750,
    output_tokens: 2_000,
    cached: 0.1,
    streams: 1,
    subjects: 9,
    tags: { env: "prod", campaign: "winter" },
    countries: EU,
    from_days_ago: 23,
    growth: 0.6,
  },
  {
    feature: "app-assistant",
    wallet: "mobile",
    keys: ["mobile-ios", "mobile-android"],
    models: [
      ["openai/gpt-5.4-mini", 3],
      ["gemini/gemini-3.5-flash-lite", 2],
    ],
    per_day: 230,
    weekend: 1.3,
    hours: "evening",
    input_tokens: 7_000,
    output_tokens: 380,
    cached: 0.5,
    streams: 1,
    subjects: 900,
    tags: { env: "prod" },
    countries: WORLD,
    growth: 0.3,
  },
  {
    feature: "invoice-extraction",
    wallet: "data",
    keys: ["data-nightly"],
    models: [
      ["mistral/mistral-small-2603", 2],
      ["gemini/gemini-3.8-flash", 1],
    ],
    per_day: 190,
    weekend: 0.6,
    hours: "night",
    input_tokens: 45_000,
    output_tokens: 900,
    cached: 0,
    streams: 0,
    subjects: 0,
    tags: { env: "prod", job: "nightly" },
    countries: ["DE"],
  },
  {
    feature: "chatbot",
    wallet: "legacy",
    keys: ["legacy-bot"],
    models: [["openai/gpt-6-luna", 1]],
    per_day: 70,
    weekend: 0.4,
    hours: "office",
    input_tokens: 5_000,
    output_tokens: 250,
    cached: 0,
    streams: 0.4,
    subjects: 120,
    tags: { env: "prod" },
    countries: EU,
    to_days_ago: 4,
    growth: -0.5,
  },
  {
    feature: "notebooks",
    wallet: "research",
    keys: ["research-lab"],
    models: [
      ["anthropic/claude-opus-5-5", 2],
      ["openai/gpt-6.1-sol", 2],
      ["gemini/gemini-3.8-flash", 1],
    ],
    per_day: 60,
    weekend: 0.3,
    hours: "office",
    input_tokens: 27_500,
    output_tokens: 1_800,
    cached: 0.25,
    streams: 0.7,
    subjects: 6,
    tags: { env: "dev" },
    countries: ["GB"],
  },
  {
    feature: "evaluations",
    wallet: "evaluations",
    keys: ["research-eval"],
    models: [
      ["anthropic/claude-opus-5-5", 1],
      ["openai/gpt-6.1-sol", 1],
    ],
    per_day: 75,
    weekend: 0.2,
    hours: "night",
    input_tokens: 65_000,
    output_tokens: 2_600,
    cached: 0.3,
    streams: 0,
    subjects: 0,
    tags: { env: "dev", job: "evals" },
    countries: ["GB"],
    from_days_ago: 27,
  },
  {
    feature: "hackathon",
    wallet: "hackathon",
    keys: ["hackathon"],
    models: [
      ["openai/gpt-6.1-sol", 1],
      ["anthropic/claude-sonnet-5-5", 1],
    ],
    per_day: 55,
    weekend: 1.6,
    hours: "evening",
    input_tokens: 22_500,
    output_tokens: 1_600,
    cached: 0.1,
    streams: 0.8,
    subjects: 20,
    tags: { env: "dev" },
    countries: ["GB", "DE"],
  },
];
