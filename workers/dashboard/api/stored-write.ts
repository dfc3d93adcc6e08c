import { and, eq, getTableColumns, type SQL } from "drizzle-orm";
import type { Refused } from "../../../schema/kernel/errors.ts";
import type { Json, JsonObject } from "../../../schema/kernel/json.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import type { Precondition } from "../audit/commit.ts";
import { type Database, statement } from "../store/database.ts";
import type { Row } from "./hooks.ts";
import { refuseNotFound } from "./row-response.ts";
import { column, inOrg } from "./rows.ts";
import { apiName, show } from "./shape.ts";

/** The row by org and id. */
export const thisRow = (resource: Resource, org_id: string, id: string): SQL | undefined =>
  and(inOrg(resource, org_id), eq(resource.table.id, id));

/** The row is still as it was read: nobody was faster. */
export function unchanged(db: Database, resource: Resource, org_id: string, row: Row): Precondition {
  const same = resource.table.version === undefined ? undefined : eq(resource.table.version, row.version);
  const query = db
    .select({ id: resource.table.id })
    .from(resource.table)
    .where(and(thisRow(resource, org_id, String(row.id)), same));
  return { statement: statement(query), refusal: { code: "precondition_failed" } };
}

/** The row exists. */
export function exists(db: Database, resource: Resource, org_id: string, id: string, refused: Refused): Precondition {
  const query = db
    .select({ id: resource.table.id })
    .from(resource.table)
    .where(thisRow(resource, org_id, id));
  return { statement: statement(query), refusal: refused.refused };
}

export const stillThere = (db: Database, resource: Resource, org_id: string, id: string): Precondition =>
  exists(db, resource, org_id, id, refuseNotFound(resource));

/** Column values that differ from the row's, by their stored form. */
export function differing(resource: Resource, changes: Row, row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(changes).filter(
      ([name, value]) =>
        name in getTableColumns(resource.table) && stored(resource, name, value) !== stored(resource, name, row[name]),
    ),
  );
}

const stored = (resource: Resource, name: string, value: unknown): string | undefined =>
  JSON.stringify(value === null || value === undefined ? null : column(resource, name).mapToDriverValue(value));

/** Fields as the audit log shows them: what the API shows, so never a credential or a hash. */
export function auditFields(resource: Resource, row: Row, columns: readonly string[]): JsonObject {
  const shown = show(resource, row);
  return Object.fromEntries(
    columns.flatMap((name): [string, Json][] => {
      const field = resource.fields[name];
      if (field === undefined) return [];
      // Write-only fields: that they were set is told, not what to.
      if (!(apiName(name) in shown)) return [[apiName(name), "(not shown)"]];
      return [[apiName(name), toJson(shown[apiName(name)])]];
    }),
  );
}

const toJson = (value: unknown): Json => {
  const copy: Json = JSON.parse(JSON.stringify(value ?? null));
  return copy;
};
