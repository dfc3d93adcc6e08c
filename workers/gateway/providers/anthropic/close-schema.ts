import type { JsonSchema } from "./wire.ts";

/** Keywords whose value is a map of schemas, an array of schemas, or one schema. `allOf` is not among them: closing one
 * branch would forbid the properties of the others. */
const MAPS: ReadonlySet<string> = new Set(["properties", "$defs", "definitions"]);
const LISTS: ReadonlySet<string> = new Set(["anyOf", "oneOf", "prefixItems"]);
const SINGLES: ReadonlySet<string> = new Set(["items"]);

/**
 * A copy of the schema in which every object that does not say whether it takes further properties says that it does
 * not: structured outputs refuse an open object, and whatever fits the closed one fits the caller's. Everything else is
 * kept, and a schema that needs no change is returned as it is.
 */
export function closeSchema(schema: JsonSchema): JsonSchema {
  const entries = Object.entries(schema).map(([key, value]): readonly [string, unknown] => [
    key,
    closeValue(key, value),
  ]);
  const open = isObjectSchema(schema) && schema.additionalProperties === undefined;
  const changed = open || entries.some(([key, value]) => value !== schema[key]);
  if (!changed) return schema;
  const copy: JsonSchema = Object.fromEntries(entries);
  return open ? { ...copy, additionalProperties: false } : copy;
}

function closeValue(key: string, value: unknown): unknown {
  if (SINGLES.has(key)) return isSchema(value) ? closeSchema(value) : value;
  if (LISTS.has(key)) return Array.isArray(value) ? closeList(value) : value;
  if (MAPS.has(key)) return isSchema(value) ? closeMap(value) : value;
  return value;
}

function closeList(list: readonly unknown[]): readonly unknown[] {
  const closed = list.map((item) => (isSchema(item) ? closeSchema(item) : item));
  return closed.some((item, at) => item !== list[at]) ? closed : list;
}

function closeMap(map: JsonSchema): JsonSchema {
  const closed = Object.entries(map).map(([name, item]): readonly [string, unknown] => [
    name,
    isSchema(item) ? closeSchema(item) : item,
  ]);
  return closed.some(([name, item]) => item !== map[name]) ? Object.fromEntries(closed) : map;
}

const isObjectSchema = (schema: JsonSchema): boolean =>
  schema.type === "object" || (Array.isArray(schema.type) && schema.type.includes("object"));

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
