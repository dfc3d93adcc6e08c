import { label } from "../../lib/format.ts";
import { isRow, type Row, rowIn } from "../../lib/json.ts";

/** One value that a change touched: where it stands, and what it was and is. `undefined` is not there. */
export interface Change {
  /** As the API calls it, `rates.input_usd_per_million`. */
  readonly path: string;
  /** The same for people: "Rates: input per million". */
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What an entry changed, value by value: of objects inside objects the parts that differ alone. */
export function changesOf(entry: Row): readonly Change[] {
  const details = rowIn(entry, "details");
  return differences("", rowIn(details, "before"), rowIn(details, "after"));
}

/** What else an entry tells, beside the change. */
export function othersOf(entry: Row): Row {
  const { before: _before, after: _after, ...others } = rowIn(entry, "details");
  return others;
}

function differences(at: string, before: Row, after: Row): readonly Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const path = at === "" ? key : `${at}.${key}`;
    const [was, is] = [before[key], after[key]];
    // A value that is null on either side is compared as a whole: "none" is said once.
    const nested = (isRow(was) || was === undefined) && (isRow(is) || is === undefined) && (isRow(was) || isRow(is));
    if (nested) return differences(path, isRow(was) ? was : {}, isRow(is) ? is : {});
    return same(was, is) ? [] : [{ path, name: nameOf(path), before: was, after: is }];
  });
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const nameOf = (path: string): string => {
  const [first = "", ...parts] = path.split(".");
  return parts.length === 0 ? label(first) : `${label(first)}: ${parts.join(" ").replaceAll("_", " ")}`;
};

/** Of two lists: what is in one of them alone. Null where one is no list. */
export function listChange(
  before: unknown,
  after: unknown,
): { readonly gone: readonly unknown[]; readonly added: readonly unknown[]; readonly kept: number } | null {
  if (!Array.isArray(before) || !Array.isArray(after)) return null;
  const [was, is] = [before.map((item) => JSON.stringify(item)), after.map((item) => JSON.stringify(item))];
  return {
    gone: before.filter((_item, index) => !is.includes(was[index] ?? "")),
    added: after.filter((_item, index) => !was.includes(is[index] ?? "")),
    kept: was.filter((item) => is.includes(item)).length,
  };
}
