import { h } from "./dom.ts";

/** Amounts, times and names as people read them. */

/** "25.000000000" becomes "$25.00"; what is smaller than a cent keeps six digits, or all nine. Text that is no amount stays. */
export function money(usd: string): string {
  const match = /^(-?)(\d+)\.(\d+)$/.exec(usd);
  if (match === null) return usd;
  const [, sign = "", whole = "0", fraction = ""] = match;
  const thousands = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const digits = plainFraction(fraction);
  const places = digits.length === 2 ? 2 : digits.length <= 6 ? 6 : 9;
  return `${sign === "-" ? "−" : ""}$${thousands}.${digits.padEnd(places, "0")}`;
}

/** "25.000000000" becomes "25.00", to be edited. */
export function plainUsd(usd: string): string {
  const [whole = "0", fraction = ""] = usd.split(".");
  return `${whole}.${plainFraction(fraction)}`;
}

const plainFraction = (fraction: string): string => fraction.replace(/0+$/, "").padEnd(2, "0");

const STEPS = [
  { unit: "day", ms: 86_400_000 },
  { unit: "hour", ms: 3_600_000 },
  { unit: "minute", ms: 60_000 },
] as const;
const WEEK_MS = 7 * 86_400_000;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

/** "3 hours ago", or the date when it is more than a week away. */
export function when(at_ms: number, now_ms: number): string {
  const distance = at_ms - now_ms;
  if (Math.abs(distance) > WEEK_MS) return date.format(at_ms);
  const step = STEPS.find(({ ms }) => Math.abs(distance) >= ms);
  return step === undefined ? "just now" : relative.format(Math.trunc(distance / step.ms), step.unit);
}

/** A time for people, the whole of it in its title. */
export function timeNode(iso: string, now_ms: number): HTMLElement {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return h("span", {}, iso);
  return h("time", { datetime: iso, title: full.format(at) }, when(at, now_ms));
}

const WORDS: Readonly<Record<string, string>> = {
  api: "API",
  aws: "AWS",
  id: "ID",
  url: "URL",
  usd: "USD",
  maximum_per_request_usd: "Maximum per request",
  has_credential: "Credential stored",
  audit_webhook_url: "Audit webhook URL",
};

/** `cost_center` becomes "Cost center", `wallet_id` "Wallet", `created_at` "Created", `limit_usd` "Limit". */
export function label(name: string): string {
  const known = WORDS[name];
  if (known !== undefined) return known;
  const words = name.replace(/_(?:id|at|usd)$/, "").split("_");
  return capital(words.map((word) => WORDS[word] ?? word).join(" "));
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const PLURAL = new Intl.PluralRules("en");

export const count = (number: number, one: string, many: string): string =>
  `${number} ${PLURAL.select(number) === "one" ? one : many}`;
