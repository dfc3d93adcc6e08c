import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Permission } from "../access/permissions.ts";
import type { IdKind } from "../kernel/ids.ts";
import type { Tag } from "../openapi/route-doc.ts";
import type { Field } from "./field.ts";

/**
 * One resource of the admin API, declared once: its routes, their permissions, their audit entries, their part of the
 * OpenAPI document and a page follow from it. What it does beyond being stored is in workers/dashboard/resources.
 */
export interface Resource {
  /** Singular, snake case: names audit actions (`team.created`) and the target of entries. */
  readonly name: string;
  /** Plural, for people: "Teams". */
  readonly title: string;
  /** `/v1/teams`. */
  readonly path: string;
  readonly tag: Tag;
  readonly description: string;
  readonly table: ResourceTable;
  /** When several resources live in one table: values that the rows of this one have. */
  readonly only?: Readonly<Record<string, string>>;
  /** Ids are made here, or chosen by whoever creates it and unique within the org (`provider/model` names use them). */
  readonly id: IdKind | "given";
  readonly permissions: { readonly read: Permission; readonly write: Permission };
  readonly operations: readonly Operation[];
  /** By the name of the column, which is the name in the API. */
  readonly fields: Readonly<Record<string, Field>>;
  /** Which fields may be set when it is made: a pick list, so that no other column can be reached. */
  readonly create: { readonly required: readonly string[]; readonly optional: readonly string[] };
  /** Which fields may be changed later. */
  readonly update: readonly string[];
  /** Which fields are settled when it is made, and why a change that sends one is refused, after "is not valid:". */
  readonly settled?: Readonly<Record<string, string>>;
  /** Which fields a list can be filtered by (`?name=…`), and sorted by (`?sort=-created_at`). */
  readonly filter: readonly string[];
  readonly sort: readonly string[];
  /**
   * Rows with a value in this column are left out of lists, unless the parameter of this name is `true`: what nobody uses
   * any more.
   */
  readonly retired?: { readonly column: string; readonly param: string };
  /** What is shown in the columns of a list. */
  readonly columns: readonly string[];
  /** A body that makes one, for the reference. */
  readonly example: Readonly<Record<string, unknown>>;
}

export type Operation = "list" | "get" | "create" | "update" | "delete";

/** A table that resources can live in: of an org, versioned. */
export type ResourceTable = SQLiteTable & {
  readonly id: SQLiteColumn;
  readonly created_at: SQLiteColumn;
  readonly version?: SQLiteColumn;
  readonly org_id?: SQLiteColumn;
};
