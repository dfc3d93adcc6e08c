import { hrefTo } from "./paths.ts";
import type { PresetName } from "./range.ts";

/** What the cost explorer shows, as its address says it: a link to it shows the same. */

export const DIMENSIONS = {
  team: "Team",
  wallet: "Wallet",
  key: "Key",
  cost_center: "Cost centre",
  provider: "Provider",
  model: "Model",
  feature: "Feature",
  user: "User",
  country: "Country",
  outcome: "Outcome",
  status: "Status",
} as const;
export type DimensionName = keyof typeof DIMENSIONS;

/** In an address, what has none: a request without a team, a feature or a user. */
export const NONE = "~none";

export const isDimension = (name: string): name is DimensionName => Object.hasOwn(DIMENSIONS, name);

/** `tag:env` is a dimension, too: whatever apps send in `x-ao-tags`. */
export const isTag = (name: string): boolean => /^tag:.{1,64}$/s.test(name);

/** Not cut by, only filtered: a wallet with all wallets below it. */
export const BELOW = "below";

/** Whether a parameter of an address is a filter. */
export const isFilter = (name: string): boolean => name === BELOW || isDimension(name) || isTag(name);

export const dimensionLabel = (name: string): string =>
  name === BELOW ? "Wallet and below" : isDimension(name) ? DIMENSIONS[name] : name.replace(/^tag:/, "Tag ");

/** By dimension the values of which one must be; null for what has none. */
export type CostFilter = Readonly<Record<string, readonly FilterValue[]>>;

export type FilterValue = string | number | null;

/** What the API takes for the value of an address. */
export function filterValue(dimension: string, text: string): FilterValue {
  if (text === NONE) return null;
  return dimension === "status" && /^\d{3}$/.test(text) ? Number(text) : text;
}

/** The other way round. */
export const addressValue = (value: unknown): string =>
  value === null || value === undefined || value === "" ? NONE : String(value);

export interface CostLink {
  readonly by?: string;
  readonly range?: PresetName;
  readonly from?: string;
  readonly to?: string;
  readonly granularity?: string;
  /** By dimension a value or several: `{ team: "tea_…" }`, null for what has none. */
  readonly filter?: Readonly<Record<string, unknown>>;
}

/** The address of the cost explorer that shows this. */
export function costsHref({ by, range, from, to, granularity, filter = {} }: CostLink): string {
  const filters = Object.entries(filter).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(addressValue) : addressValue(value),
  ]);
  return hrefTo(["costs"], { by, range, from, to, granularity, ...Object.fromEntries(filters) });
}

/** The address that asks what a body of `POST /v1/analytics/cost` asks, as `GET /v1/overview` gives one with each figure. */
export function hrefOfQuery(query: Readonly<Record<string, unknown>>): string {
  const text = (name: string): string | undefined => (typeof query[name] === "string" ? query[name] : undefined);
  const [by] = Array.isArray(query.group_by) ? query.group_by : [];
  const filter = typeof query.filter === "object" && query.filter !== null ? query.filter : {};
  return costsHref({
    ...(typeof by === "string" ? { by } : {}),
    ...defined({ from: text("from"), to: text("to"), granularity: text("granularity") }),
    filter: { ...filter },
  });
}

const defined = (values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
