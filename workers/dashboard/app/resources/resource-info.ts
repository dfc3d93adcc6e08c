import type { Operation } from "../../../../schema/resources/resource.ts";
import { type Row, rowIn, rowsIn, textIn, textsIn } from "../lib/json.ts";

/** What `GET /v1/resources` says of a resource: everything that its pages follow from. */
export interface ResourceInfo {
  readonly name: string;
  /** Plural, for people. */
  readonly title: string;
  /** Singular and plural, to stand in a sentence: "wallet" and "wallets", "API key" and "API keys". */
  readonly one: string;
  readonly many: string;
  readonly path: string;
  /** The last word of its path, which is its place here too: `wallets`. */
  readonly slug: string;
  readonly description: string;
  readonly read: string;
  readonly write: string;
  /** Whether whoever creates one chooses its id. */
  readonly gives_id: boolean;
  readonly columns: readonly string[];
  readonly filter: readonly string[];
  readonly sort: readonly string[];
  readonly fields: readonly FieldInfo[];
  readonly example: Row;
  can(operation: Operation): boolean;
}

export interface FieldInfo {
  readonly name: string;
  readonly description: string;
  /** A kind of schema/resources/field.ts; one that this version does not know is edited as text. */
  readonly kind: string;
  /** Of a choice. */
  readonly values: readonly string[];
  /** Of a whole number: what it may be at least and at most. */
  readonly least: number;
  readonly most: number;
  /** Of a reference. */
  readonly resource: string;
  readonly required: boolean;
  readonly create: boolean;
  readonly update: boolean;
  readonly nullable: boolean;
  readonly default: unknown;
}

export function readResource(row: Row): ResourceInfo {
  const operations = textsIn(row, "operations");
  const path = textIn(row, "path");
  const title = textIn(row, "title");
  return {
    name: textIn(row, "name"),
    title,
    one: inSentence(title.replace(/ies$/, "ys").replace(/s$/, "")),
    many: inSentence(title),
    path,
    slug: path.slice(path.lastIndexOf("/") + 1),
    description: textIn(row, "description"),
    read: textIn(rowIn(row, "permissions"), "read"),
    write: textIn(rowIn(row, "permissions"), "write"),
    gives_id: row.id === "given",
    columns: textsIn(row, "columns"),
    filter: textsIn(row, "filter"),
    sort: textsIn(row, "sort"),
    fields: rowsIn(row, "fields").map(readField),
    example: rowIn(row, "example"),
    can: (operation) => operations.includes(operation),
  };
}

/** Fields that are declared as text and name something all the same. */
const REFERENCES: Readonly<Record<string, string>> = { provider_id: "provider", rotated_from: "key" };

function readField(row: Row): FieldInfo {
  const widget = rowIn(row, "widget");
  const reference = REFERENCES[textIn(row, "name")];
  return {
    name: textIn(row, "name"),
    description: textIn(row, "description"),
    kind: reference === undefined ? textIn(widget, "kind") : "reference",
    values: textsIn(widget, "values"),
    least: numberIn(widget, "least", 0),
    most: numberIn(widget, "most", Number.MAX_SAFE_INTEGER),
    resource: reference ?? textIn(widget, "resource"),
    required: row.required === true,
    create: row.create === true,
    update: row.update === true,
    nullable: row.nullable === true,
    default: row.default ?? null,
  };
}

const numberIn = (row: Row, name: string, otherwise: number): number => {
  const value = row[name];
  return typeof value === "number" ? value : otherwise;
};

const inSentence = (title: string): string =>
  /^[A-Z]{2}/.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1);

export const fieldOf = (resource: ResourceInfo, name: string): FieldInfo | undefined =>
  resource.fields.find((field) => field.name === name);
