import { type Dimension, type ListedName, listedDimension, fieldsOf as spendFields } from "../spend/dimensions.ts";

const BOOKED = [
  "team",
  "cost_center",
  "wallet",
  "key",
  "provider",
  "model",
  "feature",
] as const satisfies readonly ListedName[];
const CALENDAR = ["day", "month"] as const;

/** What costs can be charged back by, in the order in which a refusal names them. */
export const DIMENSION_NAMES = [...BOOKED, ...CALENDAR] as const;
export type DimensionName = (typeof DIMENSION_NAMES)[number];

export const isDimension = (name: string): name is DimensionName => DIMENSION_NAMES.some((known) => known === name);

export const isCalendar = (name: DimensionName): name is (typeof CALENDAR)[number] =>
  CALENDAR.some((kind) => kind === name);

/** The dimensions of a query that are not of the calendar, in its order. */
export const bookedBy = (names: readonly DimensionName[]): readonly Dimension[] =>
  names.flatMap((name) => (isCalendar(name) ? [] : [listedDimension(name)]));

/** The fields of a row before its figures, in the order of the dimensions. */
export const fieldsOf = (names: readonly DimensionName[]): readonly string[] =>
  names.flatMap((name) => (isCalendar(name) ? [name] : spendFields([listedDimension(name)])));
