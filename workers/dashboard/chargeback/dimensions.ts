/** What costs can be grouped by. */
export interface Dimension {
  /** The column of request_log and request_adjustments, or which part of the calendar. */
  readonly source:
    | { readonly column: string; readonly named: { readonly table: string; readonly field: string } | null }
    | { readonly calendar: "day" | "month" };
  /** What it is called in a row. */
  readonly field: string;
}

/** Names are those of today, of this org alone; ids, team and cost centre are what the posting says. */
export const DIMENSIONS = {
  team: { field: "team_id", source: { column: "team_id", named: { table: "teams", field: "team_name" } } },
  cost_center: { field: "cost_center", source: { column: "cost_center", named: null } },
  wallet: { field: "wallet_id", source: { column: "wallet_id", named: { table: "wallets", field: "wallet_name" } } },
  key: { field: "key_id", source: { column: "key_id", named: { table: "api_keys", field: "key_name" } } },
  provider: { field: "provider", source: { column: "provider_id", named: null } },
  model: { field: "model", source: { column: "model", named: null } },
  feature: { field: "feature", source: { column: "feature", named: null } },
  day: { field: "day", source: { calendar: "day" } },
  month: { field: "month", source: { calendar: "month" } },
} as const satisfies Readonly<Record<string, Dimension>>;

export type DimensionName = keyof typeof DIMENSIONS;

export const isDimension = (name: string): name is DimensionName => Object.hasOwn(DIMENSIONS, name);

/** The fields of a row before its figures, in the order of the dimensions. */
export const fieldsOf = (names: readonly DimensionName[]): readonly string[] =>
  names.flatMap((name) => {
    const { field, source }: Dimension = DIMENSIONS[name];
    return "column" in source && source.named !== null ? [field, source.named.field] : [field];
  });
