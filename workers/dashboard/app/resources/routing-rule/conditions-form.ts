import { isRow } from "../../lib/json.ts";
import { fieldOf, isSign } from "./condition-fields.ts";

/**
 * Conditions as a tree of rows and groups, and the tree as conditions. What was read and is not touched is written as it
 * was; a test that no row can show stays JSON in its place (`raw`). Pure; ids are an argument.
 */

export type ConditionRow =
  | { readonly kind: "text"; readonly field: string; readonly not: boolean; readonly values: readonly string[] }
  | {
      readonly kind: "pair";
      readonly field: string;
      readonly name: string;
      readonly not: boolean;
      readonly values: readonly string[];
    }
  | { readonly kind: "number"; readonly field: string; readonly sign: string; readonly value: string }
  | {
      readonly kind: "figure";
      readonly field: string;
      readonly name: string;
      readonly sign: string;
      readonly value: string;
    }
  | { readonly kind: "flag"; readonly field: string; readonly value: boolean }
  | {
      readonly kind: "time";
      readonly field: string;
      readonly days: readonly string[];
      readonly from: string;
      readonly to: string;
      readonly zone: string;
    }
  /** What no row can show. Without a field it is a whole member of a group, such as `{}`. */
  | { readonly kind: "raw"; readonly field: string | null; readonly test: unknown };

export interface Condition {
  readonly node: "condition";
  readonly id: string;
  readonly row: ConditionRow;
  /** The test as it was read, until the row is changed: 5 and "5" are the same row, and another text. */
  readonly source?: unknown;
}

export type How = "all" | "any" | "none";

export interface Group {
  readonly node: "group";
  readonly id: string;
  readonly how: How;
  /**
   * How it is written where there are two ways: `all` as a list of conditions or as the fields of one object, `none` of
   * one condition as `not` of it or of an `any` with it alone.
   */
  readonly list: boolean;
  readonly children: readonly Node[];
}

export type Node = Condition | Group;
export type Ids = () => string;

/** A row of a field that says nothing yet. */
export function emptyRow(name: string): ConditionRow {
  switch (fieldOf(name)?.kind) {
    case "number":
      return { kind: "number", field: name, sign: "lt", value: "" };
    case "figure":
      return { kind: "figure", field: name, name: "", sign: "gt", value: "" };
    case "flag":
      return { kind: "flag", field: name, value: true };
    case "time":
      return { kind: "time", field: name, days: [], from: "", to: "", zone: "" };
    case "pair":
    case "health":
      return { kind: "pair", field: name, name: "", not: false, values: [] };
    default:
      return { kind: "text", field: name, not: false, values: [] };
  }
}

/** The tree of conditions, whose root holds all of its children. */
export function readConditions(when: unknown, ids: Ids): Group {
  return { node: "group", id: ids(), how: "all", list: false, children: readObject(isRow(when) ? when : {}, ids) };
}

function readObject(conditions: Readonly<Record<string, unknown>>, ids: Ids): readonly Node[] {
  return Object.entries(conditions).flatMap(([field, test]): readonly Node[] => {
    const group = readGroup(field, test, ids);
    if (group !== null) return [group];
    const rows = readRows(field, test) ?? [{ row: { kind: "raw", field, test } as const, source: test }];
    return rows.map(({ row, source }) => ({ node: "condition", id: ids(), row, source }));
  });
}

function readGroup(field: string, test: unknown, ids: Ids): Group | null {
  const group = (how: How, list: boolean, members: readonly unknown[]): Group => ({
    node: "group",
    id: ids(),
    how,
    list,
    children: members.map((member) => readMember(member, ids)),
  });
  if ((field === "all" || field === "any") && Array.isArray(test)) return group(field, true, test);
  if (field !== "not" || !isRow(test)) return null;
  const { any, ...others } = test;
  return Array.isArray(any) && Object.keys(others).length === 0
    ? group("none", true, any)
    : group("none", false, [test]);
}

/** A member of a group: one row or group, or several of them as a group of their own. */
function readMember(member: unknown, ids: Ids): Node {
  const children = isRow(member) ? readObject(member, ids) : [];
  const [only] = children;
  if (only === undefined)
    return { node: "condition", id: ids(), row: { kind: "raw", field: null, test: member }, source: member };
  return children.length === 1 ? only : { node: "group", id: ids(), how: "all", list: false, children };
}

interface ReadRow {
  readonly row: ConditionRow;
  readonly source: unknown;
}

function readRows(field: string, test: unknown): readonly ReadRow[] | null {
  switch (fieldOf(field)?.kind) {
    case "flag":
      return typeof test === "boolean" ? [{ row: { kind: "flag", field, value: test }, source: test }] : null;
    case "text":
    case "choice": {
      const text = readText(test);
      return text === null ? null : [{ row: { kind: "text", field, ...text }, source: test }];
    }
    case "number":
      return (
        readNumber(test)?.map(({ source, ...bound }) => ({ row: { kind: "number", field, ...bound }, source })) ?? null
      );
    case "pair":
    case "health":
      return readNamed(test, (name, inner) => {
        const text = readText(inner);
        return text === null ? null : [{ row: { kind: "pair", field, name, ...text }, source: inner }];
      });
    case "figure":
      return readNamed(
        test,
        (name, inner) =>
          readNumber(inner)?.map(({ source, ...bound }) => ({
            row: { kind: "figure", field, name, ...bound },
            source,
          })) ?? null,
      );
    case "time":
      return readTime(field, test);
    default:
      return null;
  }
}

/** A row or more for each thing that is named; null where one of them, or nothing, can be shown. */
function readNamed(
  test: unknown,
  read: (name: string, inner: unknown) => readonly ReadRow[] | null,
): readonly ReadRow[] | null {
  const entries = isRow(test) ? Object.entries(test) : [];
  const rows = entries.map(([name, inner]) => read(name, inner));
  return rows.length === 0 || rows.includes(null) ? null : rows.flatMap((row) => row ?? []);
}

function readText(test: unknown): { readonly not: boolean; readonly values: readonly string[] } | null {
  const not = isRow(test) && Object.keys(test).length === 1 && "not" in test;
  const values = not ? test.not : test;
  if (typeof values === "string") return { not, values: [values] };
  return Array.isArray(values) && values.every((one) => typeof one === "string") ? { not, values } : null;
}

interface Bound {
  readonly sign: string;
  readonly value: string;
  readonly source: unknown;
}

function readNumber(test: unknown): readonly Bound[] | null {
  const isValue = (value: unknown): boolean => typeof value === "number" || typeof value === "string";
  if (isValue(test)) return [{ sign: "is", value: String(test), source: test }];
  const bounds = isRow(test) ? Object.entries(test) : [];
  if (bounds.length === 0 || bounds.some(([sign, value]) => !isSign(sign) || !isValue(value))) return null;
  return bounds.map(([sign, value]) => ({ sign, value: String(value), source: value }));
}

const TIME_TEXTS = ["from", "to", "zone"] as const;

function readTime(field: string, test: unknown): readonly ReadRow[] | null {
  if (!isRow(test)) return null;
  const { days = [], from = "", to = "", zone = "", ...others } = test;
  if (Object.keys(others).length > 0 || !Array.isArray(days) || days.some((day) => typeof day !== "string"))
    return null;
  if (typeof from !== "string" || typeof to !== "string" || typeof zone !== "string") return null;
  return [{ row: { kind: "time", field, days, from, to, zone }, source: test }];
}

export interface Built {
  readonly when: Readonly<Record<string, unknown>>;
  /** Where each row and group stands in it, by id: `when.any[1].not.tokens`. */
  readonly paths: ReadonlyMap<string, string>;
}

/** What a tree says. Rows that say nothing yet are written, too, so that the API refuses them and a rule is not wider than meant. */
export function buildConditions(root: Group, at: string): Built {
  const paths = new Map<string, string>();
  paths.set(root.id, at);
  return { when: buildObject(root.children, at, paths), paths };
}

type Paths = Map<string, string>;
type Conditions = Record<string, unknown>;

/** Several in one object. What has no room there, because its field is taken, goes into `all`. */
function buildObject(children: readonly Node[], at: string, paths: Paths): Conditions {
  const out: Conditions = {};
  const left: Node[] = [];
  for (const child of children) {
    if (!(child.node === "group" ? placeGroup(out, child, at, paths) : placeRow(out, child, at, paths)))
      left.push(child);
  }
  if (left.length > 0) {
    const all = Array.isArray(out.all) ? out.all : [];
    out.all = [...all, ...left.map((node, place) => buildMember(node, `${at}.all[${all.length + place}]`, paths))];
  }
  return out;
}

function buildMember(node: Node, at: string, paths: Paths): unknown {
  if (node.node === "condition" && node.row.kind === "raw" && node.row.field === null) {
    paths.set(node.id, at);
    return node.row.test;
  }
  // An object without fields would hold always, which nobody means by an empty group.
  if (node.node === "group" && node.how === "all" && !node.list && node.children.length > 0) {
    paths.set(node.id, at);
    return buildObject(node.children, at, paths);
  }
  return buildObject([node], at, paths);
}

const buildMembers = (children: readonly Node[], at: string, paths: Paths): readonly unknown[] =>
  children.map((child, place) => buildMember(child, `${at}[${place}]`, paths));

function placeGroup(out: Conditions, group: Group, at: string, paths: Paths): boolean {
  const key = group.how === "none" ? "not" : group.how;
  if (Object.hasOwn(out, key)) return false;
  const path = `${at}.${key}`;
  paths.set(group.id, path);
  const [only] = group.children;
  if (group.how !== "none") out[key] = buildMembers(group.children, path, paths);
  else if (only !== undefined && group.children.length === 1 && !group.list) out.not = buildMember(only, path, paths);
  else out.not = { any: buildMembers(group.children, `${path}.any`, paths) };
  return true;
}

function placeRow(out: Conditions, condition: Condition, at: string, paths: Paths): boolean {
  const { row } = condition;
  if (row.field === null) return false;
  const test = "source" in condition ? condition.source : writeTest(row);
  const steps = [row.field, ...("name" in row ? [row.name] : [])];
  const sign = "sign" in row && row.sign !== "is" ? [row.sign] : [];
  if (!put(out, [...steps, ...sign], test)) return false;
  paths.set(condition.id, [at, ...steps].join("."));
  return true;
}

/** Puts a value in its place; false where that is taken. */
function put(out: Conditions, [step = "", ...further]: readonly string[], value: unknown): boolean {
  const before = Object.hasOwn(out, step) ? out[step] : undefined;
  if (further.length === 0) {
    if (before !== undefined) return false;
    out[step] = value;
    return true;
  }
  if (before !== undefined && !isRow(before)) return false;
  const inner: Conditions = { ...before };
  if (!put(inner, further, value)) return false;
  out[step] = inner;
  return true;
}

function writeTest(row: ConditionRow): unknown {
  switch (row.kind) {
    case "flag":
      return row.value;
    case "text":
    case "pair": {
      const test = row.values.length === 1 ? row.values[0] : row.values;
      return row.not ? { not: test } : test;
    }
    case "number":
    case "figure":
      return writeNumber(row.field, row.value.trim());
    case "time": {
      const texts = TIME_TEXTS.flatMap((name) => (row[name].trim() === "" ? [] : [[name, row[name].trim()]]));
      return { ...(row.days.length === 0 ? {} : { days: row.days }), ...Object.fromEntries(texts) };
    }
    case "raw":
      return row.test;
  }
}

/** Dollars stay text, so that they are exact; what is no number goes as it is, and the API says what is wrong with it. */
const writeNumber = (field: string, text: string): number | string =>
  field.endsWith("_usd") || !/^\d+(?:\.\d+)?$/.test(text) ? text : Number(text);

/** What is not filled in yet, by its place. An empty object as a whole condition is something that one can mean. */
export function unfilled(value: unknown, at: string): Readonly<Record<string, string>> {
  if (value === "") return { [at]: "Fill this in." };
  if (Array.isArray(value)) {
    if (value.length === 0)
      return { [at]: /\.(?:all|any)$/.test(at) ? "Add a condition to this group." : "Fill this in." };
    return Object.assign({}, ...value.map((one, place) => unfilled(one, `${at}[${place}]`)));
  }
  if (!isRow(value)) return {};
  if (/\.time$/.test(at) && Object.keys(value).every((name) => name === "zone"))
    return { [at]: "Choose days, or from when to when." };
  const parts = Object.entries(value).map(([name, inner]) =>
    name === "" ? { [`${at}.`]: "Say of which one." } : unfilled(inner, `${at}.${name}`),
  );
  return Object.assign({}, ...parts);
}
