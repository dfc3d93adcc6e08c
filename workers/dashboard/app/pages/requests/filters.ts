import { CACHE_OPTIONS } from "../../lib/cache-words.ts";
import type { Names } from "../../resources/names.ts";
import type { Filter } from "../../ui/filter-bar.tsx";
import type { Option } from "../../ui/select.tsx";
import { NO_VALUE } from "./no-value.ts";

/** Filters of the API of which an empty value means "none". */
const OR_NONE = ["team_id", "cost_center"] as const;

const OUTCOMES = ["completed", "cut", "cancelled", "incomplete", "upstream_error", "upstream_timeout", "expired"];

const STATUSES: readonly Option[] = [
  { value: "2xx", label: "2xx, answered" },
  { value: "4xx", label: "4xx, refused" },
  { value: "5xx", label: "5xx, failed" },
  { value: "402", label: "402, wallet" },
  { value: "429", label: "429, rate limited" },
  { value: "499", label: "499, caller left" },
  { value: "502", label: "502, provider failed" },
  { value: "504", label: "504, provider timed out" },
];

/** Every filter of `GET /v1/requests` but its range and `request_id`, which has a field of its own. */
export function requestFilters(names: Names): readonly Filter[] {
  return [
    { name: "status", label: "Status", options: STATUSES },
    { name: "outcome", label: "Outcome", options: OUTCOMES.map(asOption) },
    { name: "error_code", label: "Error code", placeholder: "upstream_error" },
    { name: "model", label: "Model", placeholder: "openai/gpt-5" },
    { name: "provider", label: "Provider", options: names.options("provider") },
    { name: "team_id", label: "Team", options: [{ value: NO_VALUE, label: "No team" }, ...names.options("team")] },
    { name: "wallet_id", label: "Wallet", options: names.options("wallet") },
    { name: "key_id", label: "Key", options: names.options("key") },
    { name: "cost_center", label: "Cost centre", placeholder: "CC-300, or - for none" },
    { name: "feature", label: "Feature", placeholder: "support" },
    { name: "tag", label: "Tag", placeholder: "env:prod, or env for any" },
    { name: "subject", label: "Subject", placeholder: "user-7" },
    { name: "country", label: "Country", placeholder: "DE" },
    { name: "rule_id", label: "Routing rule", options: names.options("routing_rule") },
    { name: "cache", label: "Cache", options: CACHE_OPTIONS },
    { name: "min_cost_usd", label: "Cost from", placeholder: "0.05" },
    { name: "max_cost_usd", label: "Cost up to", placeholder: "1.00" },
  ];
}

const asOption = (value: string): Option => ({ value, label: value.replaceAll("_", " ") });

/** The filters that an address has, as the API takes them. */
export function askedFilters(
  filters: readonly Filter[],
  get: (name: string) => string | null,
): Readonly<Record<string, string>> {
  const given = filters.flatMap(({ name }) => {
    const value = get(name);
    if (value === null) return [];
    const none = value === NO_VALUE && OR_NONE.some((one) => one === name);
    return [[name, none ? "" : value] as const];
  });
  return Object.fromEntries(given);
}

/** The id of a request in what somebody has pasted, such as a line of a log; null where there is none. */
export const requestIdIn = (text: string): string | null => /\breq_[0-9a-z_]{20,60}\b/.exec(text)?.[0] ?? null;
