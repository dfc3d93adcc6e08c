import { LIMITS } from "../../../schema/kernel/limits.ts";

/** Where a value stands in each table that holds postings, or sums of them; null where the table does not have it. */
interface Columns {
  /** Both of the hour and of the day. */
  readonly rollup: string | null;
  readonly request_log: string;
  readonly request_adjustments: string | null;
}

/** What spending can be grouped and filtered by. */
export interface Dimension {
  /** As a query names it: `team`, `tag:env`. */
  readonly name: string;
  /** What it is called in a row. */
  readonly field: string;
  readonly columns: Columns;
  /** The key of a JSON object in the column, for tags. */
  readonly key: string | null;
  /** Whose name stands beside an id: names are those of today, of this org alone. */
  readonly named: { readonly table: string; readonly field: string } | null;
  /** What stands in the column where there is none. */
  readonly none: "" | -1;
}

const everywhere = (column: string): Columns => ({
  rollup: column,
  request_log: column,
  request_adjustments: column,
});

/** In the log alone: too many values to be kept as sums. */
const logged = (column: string): Columns => ({ ...everywhere(column), rollup: null });

const plain = { key: null, named: null, none: "" } as const;

const listed = {
  team: { field: "team_id", columns: everywhere("team_id"), named: { table: "teams", field: "team_name" } },
  cost_center: { field: "cost_center", columns: everywhere("cost_center"), named: null },
  wallet: { field: "wallet_id", columns: everywhere("wallet_id"), named: { table: "wallets", field: "wallet_name" } },
  key: { field: "key_id", columns: everywhere("key_id"), named: { table: "api_keys", field: "key_name" } },
  user: { field: "user", columns: logged("subject"), named: null },
  provider: { field: "provider", columns: everywhere("provider_id"), named: null },
  model: { field: "model", columns: everywhere("model"), named: null },
  feature: { field: "feature", columns: everywhere("feature"), named: null },
  country: { field: "country", columns: logged("country"), named: null },
  outcome: {
    field: "outcome",
    columns: { ...everywhere("outcome"), request_adjustments: "reason" },
    named: null,
  },
  status: { field: "status", columns: { ...everywhere("status"), request_adjustments: null }, named: null, none: -1 },
} as const satisfies Readonly<Record<string, Partial<Dimension>>>;

export type ListedName = keyof typeof listed;

/** The dimension of one of the fixed names. */
export const listedDimension = (name: ListedName): Dimension => ({ ...plain, ...listed[name], name });

const isListed = (name: string): name is ListedName => Object.hasOwn(listed, name);

/** The names that there are, as a sentence says them. */
export const DIMENSION_NAMES = `${Object.keys(listed).join(", ")}, tag:<name>`;

const TAG = "tag:";

/** What a quoted name in a JSON path cannot contain. */
const UNQUOTABLE = /["\\]/;

/** The dimension of a name, `tag:<name>` among them; null when there is none. */
export function dimensionOf(name: string): Dimension | null {
  if (isListed(name)) return listedDimension(name);
  const key = name.startsWith(TAG) ? name.slice(TAG.length) : "";
  if (key === "" || key.length > LIMITS.tag_chars || UNQUOTABLE.test(key)) return null;
  return { ...plain, name, field: name, columns: logged("tags"), key };
}

/** The fields of a row before its figures, in the order of the dimensions. */
export const fieldsOf = (dimensions: readonly Dimension[]): readonly string[] =>
  dimensions.flatMap(({ field, named }) => (named === null ? [field] : [field, named.field]));

/** Whether sums per hour and day know all of these. */
export const inRollup = (dimensions: readonly Dimension[]): boolean =>
  dimensions.every(({ columns }) => columns.rollup !== null);
