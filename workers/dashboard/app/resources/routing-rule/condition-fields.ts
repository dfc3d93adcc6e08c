/** The fields of conditions as the form has them, in the order in which they are offered. Words are those of docs/routing.md. */

/**
 * How a field is tested: what its row looks like. `text` takes what is typed, `choice` what is listed alone; `pair`, `health`
 * and `figure` are of something that is named.
 */
export type FieldKind = "text" | "choice" | "pair" | "health" | "number" | "figure" | "flag" | "time";

export interface ConditionField {
  readonly name: string;
  readonly kind: FieldKind;
  /** Behind a number. */
  readonly unit?: string;
  readonly placeholder?: string;
}

const TARGETS = "a provider, or provider/model";

export const CONDITION_FIELDS: readonly ConditionField[] = [
  { name: "model", kind: "text", placeholder: "openai/gpt-5, openai/*" },
  { name: "operation", kind: "text", placeholder: "chat" },
  { name: "dialect", kind: "text", placeholder: "openai-chat" },
  { name: "key", kind: "text", placeholder: "key_…" },
  { name: "wallet", kind: "text", placeholder: "wal_…" },
  { name: "team", kind: "text", placeholder: "team_…" },
  { name: "cost_center", kind: "text", placeholder: "4711" },
  { name: "feature", kind: "text", placeholder: "search" },
  { name: "subject", kind: "text", placeholder: "user-42" },
  { name: "tags", kind: "pair", placeholder: "env" },
  { name: "metadata", kind: "pair", placeholder: "name" },
  { name: "country", kind: "text", placeholder: "Germany, FR" },
  { name: "region", kind: "choice", placeholder: "Europe" },
  { name: "input_tokens", kind: "number", unit: "tokens", placeholder: "2000" },
  { name: "max_output_tokens", kind: "number", unit: "tokens", placeholder: "1000" },
  { name: "estimated_cost_usd", kind: "number", unit: "USD", placeholder: "0.05" },
  { name: "wallet_used_percent", kind: "number", unit: "%", placeholder: "80" },
  { name: "tools", kind: "flag" },
  { name: "images", kind: "flag" },
  { name: "json", kind: "flag" },
  { name: "reasoning", kind: "flag" },
  { name: "stream", kind: "flag" },
  { name: "health", kind: "health", placeholder: TARGETS },
  { name: "latency_p50_ms", kind: "figure", unit: "ms", placeholder: TARGETS },
  { name: "latency_p95_ms", kind: "figure", unit: "ms", placeholder: TARGETS },
  { name: "first_byte_p50_ms", kind: "figure", unit: "ms", placeholder: TARGETS },
  { name: "first_byte_p95_ms", kind: "figure", unit: "ms", placeholder: TARGETS },
  { name: "error_rate", kind: "figure", unit: "(0 to 1)", placeholder: TARGETS },
  { name: "time", kind: "time" },
];

const BY_NAME = new Map(CONDITION_FIELDS.map((field) => [field.name, field]));

export const fieldOf = (name: string): ConditionField | null => BY_NAME.get(name) ?? null;

const LABELS: Readonly<Record<string, string>> = {
  wallet_used_percent: "Wallet used",
  latency_p50_ms: "Latency, median",
  latency_p95_ms: "Latency, p95",
  first_byte_p50_ms: "First byte, median",
  first_byte_p95_ms: "First byte, p95",
};

/** What a field is called where it has no common name: "Latency, p95". */
export const ownLabel = (name: string): string | null => LABELS[name] ?? null;

export const SIGNS = [
  { value: "lt", label: "less than" },
  { value: "lte", label: "at most" },
  { value: "gt", label: "more than" },
  { value: "gte", label: "at least" },
  { value: "is", label: "exactly" },
] as const;

export const isSign = (name: string): boolean => name !== "is" && SIGNS.some(({ value }) => value === name);

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
