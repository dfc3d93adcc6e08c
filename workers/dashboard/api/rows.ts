import { and, asc, desc, eq, getTableColumns, gt, isNull, lt, or, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { fromBase64Url, toBase64Url } from "../../../schema/kernel/base64.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { tryParseJson } from "../../../schema/kernel/json.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import type { Database } from "../store/database.ts";
import type { Row } from "./hooks.ts";
import type { ListQuery } from "./list-query.ts";

/** A column by its name. */
export function column(resource: Resource, name: string): SQLiteColumn {
  const found = getTableColumns(resource.table)[name];
  if (found === undefined) throw new Error(`${resource.name} has no column ${name}`);
  return found;
}

/** Belongs to this org, and is one of the resource's. An org itself belongs to itself. */
export function inOrg(resource: Resource, org_id: string): SQL | undefined {
  const own = Object.entries(resource.only ?? {}).map(([name, value]) => eq(column(resource, name), value));
  return and(eq(resource.table.org_id ?? resource.table.id, org_id), ...own);
}

/** One row of the org, or null: another org's id answers like one that never was. */
export async function readRow(db: Database, resource: Resource, org_id: string, id: string): Promise<Row | null> {
  const [row] = await db
    .select()
    .from(resource.table)
    .where(and(inOrg(resource, org_id), eq(resource.table.id, id)))
    .limit(1);
  return row ?? null;
}

export interface Page {
  readonly rows: readonly Row[];
  readonly next_cursor: string | null;
}

/** One page of a list. Pages are stable: they go on behind the last row, whatever is added or removed meanwhile. */
export async function readPage(
  db: Database,
  resource: Resource,
  org_id: string,
  query: ListQuery,
): Promise<Page | Refused> {
  const sortColumn = column(resource, query.sort.column);
  const after = query.cursor === null ? undefined : behind(resource, query, query.cursor);
  if (after === null) {
    return refuse("invalid_request", {
      message: "The cursor is not one of this list. Begin again without.",
      param: "cursor",
    });
  }
  const filters = query.filters.map(({ column: name, value }) => eq(column(resource, name), value));
  const inUse = query.without === null ? undefined : isNull(column(resource, query.without));
  const order = query.sort.descending ? desc : asc;
  const rows: readonly Row[] = await db
    .select()
    .from(resource.table)
    .where(and(inOrg(resource, org_id), ...filters, inUse, after))
    .orderBy(order(sortColumn), order(resource.table.id))
    .limit(query.limit + 1);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { rows: page, next_cursor: more ? cursorOf(query, last) : null };
}

/** What lies behind a cursor; null when it is none of ours. Only columns that always have a value are sorted by. */
function behind(resource: Resource, { sort }: ListQuery, cursor: string): SQL | undefined | null {
  const parts = readCursor(cursor);
  if (parts === null || parts.sort !== sort.text) return null;
  const [sortColumn, idColumn] = [column(resource, sort.column), resource.table.id];
  const beyond = sort.descending ? lt : gt;
  return or(beyond(sortColumn, parts.value), and(eq(sortColumn, parts.value), beyond(idColumn, parts.id)));
}

interface Cursor {
  readonly sort: string;
  readonly value: string | number;
  readonly id: string;
}

function cursorOf({ sort }: ListQuery, row: Row): string {
  const text = JSON.stringify([sort.text, row[sort.column], row.id]);
  return toBase64Url(new TextEncoder().encode(text));
}

function readCursor(cursor: string): Cursor | null {
  const bytes = fromBase64Url(cursor);
  const parsed = bytes === null ? undefined : tryParseJson(new TextDecoder().decode(bytes));
  if (!Array.isArray(parsed) || parsed.length !== 3) return null;
  const [sort, value, id] = parsed;
  const plain = typeof value === "string" || typeof value === "number";
  return typeof sort === "string" && plain && typeof id === "string" ? { sort, value, id } : null;
}
