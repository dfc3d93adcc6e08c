import { isJsonObject, type JsonObject } from "../../../schema/kernel/json.ts";

/** One field of a JSON Schema, by its path: `messages[].content`, `metadata.*`. */
export interface SchemaField {
  readonly path: string;
  /** `string`, `array of object`, `"a" | "b"`, `string or null`. */
  readonly type: string;
  /** Whether it must be there when what holds it is. */
  readonly required: boolean;
  readonly description: string;
}

/** Deeper, and after so many, a table is no help any more. */
const DEPTH_MAX = 6;
const FIELDS_MAX = 150;
const ARRAYS_MAX = 2;

/**
 * The fields of an object schema as a flat list, outer ones before theirs. Alternatives are laid over each other: a
 * field is there when one of them has it, and required when all have. References are followed by `resolve`.
 */
export function schemaFields(schema: unknown, resolve: (reference: string) => unknown): readonly SchemaField[] {
  const fields: SchemaField[] = [];
  const walk = (node: unknown, path: string, depth: number): void => {
    const variants = variantsOf(node, resolve);
    if (depth > DEPTH_MAX || fields.length >= FIELDS_MAX) return;
    for (const { name, schema: member, required } of membersOf(variants)) {
      const at = path === "" ? name : `${path}.${name}`;
      fields.push({ path: at, type: typeOf(member, resolve), required, description: descriptionOf(member, resolve) });
      walk(member, at, depth + 1);
    }
    walkInside(variants, path, depth, walk);
  };
  walk(schema, "", 0);
  return fields.slice(0, FIELDS_MAX);
}

/** Into the items of arrays and the values of maps, which have no name of their own. */
function walkInside(
  variants: readonly JsonObject[],
  path: string,
  depth: number,
  walk: (node: unknown, path: string, depth: number) => void,
): void {
  const items = variants.flatMap(({ items: item }) => (isJsonObject(item) ? [item] : []));
  if (items.length > 0) walk({ anyOf: items }, `${path}[]`, depth + 1);
  const values = variants.flatMap(({ additionalProperties: value }) => (isJsonObject(value) ? [value] : []));
  if (values.length > 0) walk({ anyOf: values }, `${path}.*`, depth + 1);
}

/** The type of a schema in words. `depth` is how many arrays it is inside of: one may hold itself. */
export function typeOf(schema: unknown, resolve: (reference: string) => unknown, depth = 0): string {
  if (depth > ARRAYS_MAX) return "any";
  const names = variantsOf(schema, resolve).flatMap((variant) => namesOf(variant, resolve, depth));
  const known = [...new Set(names)];
  return known.length === 0 ? "any" : known.every((name) => name.startsWith('"')) ? known.join(" | ") : orList(known);
}

const orList = (names: readonly string[]): string =>
  [...names.filter((name) => name !== "null"), ...names.filter((name) => name === "null")].join(" or ");

function namesOf(variant: JsonObject, resolve: (reference: string) => unknown, depth: number): readonly string[] {
  if ("const" in variant) return [JSON.stringify(variant.const)];
  if (Array.isArray(variant.enum)) return variant.enum.map((value) => JSON.stringify(value));
  const types = Array.isArray(variant.type) ? variant.type : [variant.type];
  return types.flatMap((type) => {
    if (type === "array") return [`array of ${typeOf(variant.items, resolve, depth + 1)}`];
    return typeof type === "string" ? [type] : [];
  });
}

/** What a schema may be, one by one: its alternatives, and theirs. */
function variantsOf(schema: unknown, resolve: (reference: string) => unknown, depth = 0): readonly JsonObject[] {
  if (!isJsonObject(schema) || depth > DEPTH_MAX) return [];
  if (typeof schema.$ref === "string") return variantsOf(resolve(schema.$ref), resolve, depth + 1);
  const alternatives = [schema.anyOf, schema.oneOf, schema.allOf].filter(Array.isArray).flat();
  if (alternatives.length === 0) return [schema];
  return alternatives.flatMap((alternative) => variantsOf(alternative, resolve, depth + 1));
}

interface Member {
  readonly name: string;
  readonly schema: JsonObject;
  readonly required: boolean;
}

function membersOf(variants: readonly JsonObject[]): readonly Member[] {
  const objects = variants.flatMap(({ properties, required }) =>
    isJsonObject(properties) ? [{ properties, required: Array.isArray(required) ? required : [] }] : [],
  );
  const names = new Set(objects.flatMap(({ properties }) => Object.keys(properties)));
  return [...names].map((name) => ({
    name,
    schema: { anyOf: objects.flatMap(({ properties }) => properties[name] ?? []) },
    required: objects.every(({ required }) => required.includes(name)),
  }));
}

function descriptionOf(schema: unknown, resolve: (reference: string) => unknown, depth = 0): string {
  if (!isJsonObject(schema) || depth > DEPTH_MAX) return "";
  if (typeof schema.description === "string") return schema.description;
  if (typeof schema.$ref === "string") return descriptionOf(resolve(schema.$ref), resolve, depth + 1);
  const alternatives = [schema.anyOf, schema.oneOf, schema.allOf].filter(Array.isArray).flat();
  return (
    alternatives.map((alternative) => descriptionOf(alternative, resolve, depth + 1)).find((text) => text !== "") ?? ""
  );
}
