import * as z from "zod";
import type { Field } from "../../../schema/resources/field.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import type { Row } from "./hooks.ts";

/** Columns and fields have one name, but for money: `limit_nano_usd` is `limit_usd` in the API, a decimal string. */
export const apiName = (column: string): string => column.replace(/_nano_usd$/, "_usd");

/** Ids that are chosen by whoever creates it. They end in model names and in URLs. */
const givenId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "must be lower-case letters, digits, dots, dashes and underscores, 63 at most");

function fieldOf(resource: Resource, column: string): Field {
  const field = resource.fields[column];
  if (field === undefined) throw new Error(`${resource.name} has no field ${column}`);
  return field;
}

/** The body that makes one. Its output has the API's names and stored values. */
export function createSchema(resource: Resource): z.ZodObject {
  const shape: Record<string, z.ZodType> = resource.id === "given" ? { id: givenId } : {};
  for (const column of resource.create.required) shape[apiName(column)] = described(fieldOf(resource, column));
  for (const column of resource.create.optional) {
    shape[apiName(column)] = described(fieldOf(resource, column)).optional();
  }
  return z.object(shape);
}

/** The body that changes one: any of the fields that may be changed. One that is settled is refused, not ignored. */
export function updateSchema(resource: Resource): z.ZodObject {
  const shape: Record<string, z.ZodType> = {};
  for (const column of resource.update) shape[apiName(column)] = described(fieldOf(resource, column)).optional();
  for (const [column, why] of Object.entries(resource.settled ?? {})) {
    shape[apiName(column)] = z.never(why).optional().describe(`Refused: ${why}.`);
  }
  return z.object(shape);
}

const described = ({ input, description }: Field): z.ZodType => input.describe(description);

/** What is shown of one. `once`: fields that the creating call alone shows are not part of it. */
export function shownSchema(resource: Resource): z.ZodObject {
  const shape: Record<string, z.ZodType> = { id: z.string() };
  for (const [column, field] of Object.entries(resource.fields)) {
    if (field.output instanceof z.ZodNever) continue;
    shape[apiName(column)] = field.output.describe(field.description);
  }
  if (resource.table.version !== undefined)
    shape.version = z.int().describe("Grows with each change; the ETag is made of it.");
  shape.created_at = z.iso.datetime();
  return z.looseObject(shape);
}

/** Parsed values by API name as values by column. */
export function toColumns(resource: Resource, parsed: Row): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  if (resource.id === "given" && parsed.id !== undefined) values.id = parsed.id;
  for (const column of Object.keys(resource.fields)) {
    const value = parsed[apiName(column)];
    if (value !== undefined) values[column] = value;
  }
  return values;
}

/** A row as the API shows it: declared fields only, so that a new column is never shown by accident. */
export function show(resource: Resource, row: Row, extra: Row = {}): Record<string, unknown> {
  const shown: Record<string, unknown> = { id: row.id };
  for (const [column, field] of Object.entries(resource.fields)) {
    const value = field.show(row[column]);
    if (value !== undefined) shown[apiName(column)] = value;
  }
  Object.assign(shown, extra);
  if (typeof row.version === "number") shown.version = row.version;
  if (typeof row.created_at === "number") shown.created_at = new Date(row.created_at).toISOString();
  return shown;
}

/** The entity tag of a row, or null for what never changes. */
export const etag = (row: Row): string | null => (typeof row.version === "number" ? `"${row.version}"` : null);
