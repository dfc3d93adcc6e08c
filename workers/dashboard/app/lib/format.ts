/** Numbers, times and names as people read them. */

const STEPS = [
  { unit: "day", ms: 86_400_000 },
  { unit: "hour", ms: 3_600_000 },
  { unit: "minute", ms: 60_000 },
] as const;
const WEEK_MS = 7 * 86_400_000;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const dateTime = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const number = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** "3 hours ago", or the date when it is more than a week away. */
export function formatWhen(at_ms: number, now_ms: number): string {
  const distance = at_ms - now_ms;
  if (Math.abs(distance) > WEEK_MS) return date.format(at_ms);
  const step = STEPS.find(({ ms }) => Math.abs(distance) >= ms);
  return step === undefined ? "just now" : relative.format(Math.trunc(distance / step.ms), step.unit);
}

/** "26 Nov 2026, 21:04" in the viewer's zone. */
export const formatDateTime = (at_ms: number): string => dateTime.format(at_ms);

export const formatDate = (at_ms: number): string => date.format(at_ms);

/** "2026-11-26 20:04:11.123 UTC". */
export const formatUtc = (at_ms: number): string =>
  `${new Date(at_ms).toISOString().replace("T", " ").replace("Z", "")} UTC`;

/** "12,345". */
export const formatNumber = (value: number): string => number.format(value);

/** "12.3K", for axes and tiles. */
export const formatCompact = (value: number): string => compact.format(value);

/** 0.1234 is "12.3 %". */
export function formatPercent(share: number): string {
  const percent = share * 100;
  const places = percent !== 0 && Math.abs(percent) < 10 ? 1 : 0;
  return `${percent.toFixed(places)} %`;
}

const BYTE_UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** 1536 is "1.5 KB", of 1,024 each. */
export function formatBytes(bytes: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[power]}`;
}

/** 1234 is "1.23 s", 87 is "87 ms". */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

const WORDS: Readonly<Record<string, string>> = {
  api: "API",
  aws: "AWS",
  center: "centre",
  id: "ID",
  json: "JSON",
  url: "URL",
  usd: "USD",
  maximum_per_request_usd: "Maximum per request",
  has_credential: "Credential stored",
  audit_webhook_url: "Audit webhook URL",
};

/** `cost_center` becomes "Cost centre", `wallet_id` "Wallet", `created_at` "Created", `limit_usd` "Limit". */
export function label(name: string): string {
  const known = WORDS[name];
  if (known !== undefined) return known;
  const words = name.replace(/_(?:id|at|usd)$/, "").split("_");
  return capital(words.map((word) => WORDS[word] ?? word).join(" "));
}

/** A value of a choice as people read it: "success_rate" is "Success rate", "eu" "EU"; what is no word stays as it is. */
export function choiceLabel(value: string): string {
  if (!/^[a-z]+(?:_[a-z]+)*$/.test(value)) return value;
  return value.length <= 2 ? value.toUpperCase() : label(value);
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const article = (words: string): string => `${/^[aeiou]/i.test(words) ? "an" : "a"} ${words}`;

const PLURAL = new Intl.PluralRules("en");

/** "1 row", "12,345 rows". */
export const count = (value: number, one: string, many: string): string =>
  `${formatNumber(value)} ${PLURAL.select(value) === "one" ? one : many}`;

/** The choices of a table of names, in its order. */
export const optionsOf = (
  names: Readonly<Record<string, string>>,
): readonly { readonly value: string; readonly label: string }[] =>
  Object.entries(names).map(([value, label]) => ({ value, label }));
