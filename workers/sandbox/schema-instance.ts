import { isJsonObject, type Json, type JsonObject } from "../../schema/kernel/json.ts";
import { patternInstance } from "./pattern-instance.ts";

/**
 * A value that is valid under a JSON schema, always the same one for the same schema. For tool arguments and structured
 * answers. Understands type, enum, const, properties, required, items, prefixItems, the bounds of numbers, strings and
 * arrays, multipleOf, pattern, the usual formats, anyOf, oneOf, allOf and local $ref. A schema that asks for the
 * impossible (an endless required recursion, contradictory bounds) gets a value that is not valid.
 */
export function schemaInstance(schema: Json, hint = "value"): Json {
  return instance(schema, { root: schema, depth: 0, hint, budget: { values: 10_000 } });
}

interface Context {
  readonly root: Json;
  /** Nesting of the instance and of references, so that a recursive schema ends. */
  readonly depth: number;
  /** The name of the property being filled: it makes the values readable. */
  readonly hint: string;
  /** Values still to be made, shared by the whole instance: a recursion that branches would not end in our time. */
  readonly budget: { values: number };
}

/** From here on optional properties are left out and the plainest branch is taken. */
const SHALLOW = 4;
const DEPTH_MAX = 32;

function instance(schema: Json, context: Context): Json {
  context.budget.values -= 1;
  if (context.depth > DEPTH_MAX || context.budget.values < 0) return null;
  if (!isJsonObject(schema)) return context.hint;
  const flat = flatten(schema, context);
  if (flat.const !== undefined) return flat.const;
  if (Array.isArray(flat.enum) && flat.enum[0] !== undefined) return flat.enum[0];
  switch (typeOf(flat)) {
    case "object":
      return objectInstance(flat, context);
    case "array":
      return arrayInstance(flat, context);
    case "integer":
      return numberInstance(flat, 1);
    case "number":
      return numberInstance(flat, null);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return stringInstance(flat, context.hint);
  }
}

/** Resolves $ref, allOf and one branch of anyOf or oneOf into a single schema without them. */
function flatten(schema: JsonObject, context: Context): JsonObject {
  let flat: JsonObject = schema;
  for (let round = 0; round < DEPTH_MAX; round += 1) {
    const { $ref, allOf, anyOf, oneOf, ...rest } = flat;
    if (typeof $ref === "string") {
      flat = merge(resolve($ref, context.root), { ...rest, ...pick({ allOf, anyOf, oneOf }) });
    } else if (Array.isArray(allOf)) {
      flat = allOf.filter(isJsonObject).reduce(merge, { ...rest, ...pick({ anyOf, oneOf }) });
    } else if (Array.isArray(anyOf)) {
      flat = merge({ ...rest, ...pick({ oneOf }) }, branch(anyOf, context));
    } else if (Array.isArray(oneOf)) {
      flat = merge(rest, branch(oneOf, context));
    } else {
      return flat;
    }
  }
  return flat;
}

/** The first branch; deep inside a recursion the first that does not nest further. */
function branch(branches: readonly Json[], context: Context): JsonObject {
  const objects = branches.filter(isJsonObject);
  const plain = objects.find((one) => one.$ref === undefined && !["object", "array"].includes(typeOf(one)));
  return (context.depth >= SHALLOW ? plain : undefined) ?? objects[0] ?? {};
}

/** Both schemas at once. Where they bound the same thing the tighter bound stays. */
function merge(left: JsonObject, right: JsonObject): JsonObject {
  const merged: JsonObject = { ...left, ...right };
  for (const [key, a] of Object.entries(left)) {
    const b = right[key];
    if (b === undefined) continue;
    if (key === "properties" && isJsonObject(a) && isJsonObject(b)) merged[key] = mergeProperties(a, b);
    if (key === "required" && Array.isArray(a) && Array.isArray(b)) merged[key] = [...new Set([...a, ...b])];
    if (key === "enum" && Array.isArray(a) && Array.isArray(b)) merged[key] = a.filter((one) => b.includes(one));
    if (typeof a === "number" && typeof b === "number" && /^(min|exclusiveMin)/.test(key)) merged[key] = Math.max(a, b);
    if (typeof a === "number" && typeof b === "number" && /^(max|exclusiveMax)/.test(key)) merged[key] = Math.min(a, b);
  }
  return merged;
}

function mergeProperties(left: JsonObject, right: JsonObject): JsonObject {
  const merged: JsonObject = { ...left };
  for (const [name, schema] of Object.entries(right)) {
    merged[name] = left[name] === undefined ? schema : { allOf: [left[name], schema] };
  }
  return merged;
}

/** `#/$defs/name` within the root schema; an empty schema if it leads nowhere. */
function resolve(ref: string, root: Json): JsonObject {
  let at: Json | undefined = root;
  for (const step of ref.split("/").slice(1)) {
    const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    at = Array.isArray(at) ? at[Number(name)] : isJsonObject(at) ? at[name] : undefined;
  }
  return ref.startsWith("#") && isJsonObject(at) ? at : {};
}

function typeOf(schema: JsonObject): string {
  const { type } = schema;
  if (typeof type === "string") return type;
  if (Array.isArray(type)) return String(type.find((one) => one !== "null") ?? "null");
  if (schema.properties !== undefined || schema.required !== undefined) return "object";
  if (schema.items !== undefined || schema.prefixItems !== undefined) return "array";
  if (schema.minimum !== undefined || schema.maximum !== undefined || schema.multipleOf !== undefined) return "number";
  return "string";
}

function objectInstance(schema: JsonObject, context: Context): JsonObject {
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const optional = context.depth < SHALLOW && schema.required === undefined ? Object.keys(properties) : [];
  const names = Array.isArray(schema.required) ? schema.required.map(String) : optional;
  const fewest = typeof schema.minProperties === "number" ? schema.minProperties : 0;
  const more = Object.keys(properties).filter((name) => !names.includes(name));
  const chosen = [...names, ...more.slice(0, Math.max(0, fewest - names.length))];
  const extra = isJsonObject(schema.additionalProperties) ? schema.additionalProperties : {};
  for (let index = 1; chosen.length < fewest; index += 1) chosen.push(`key_${index}`);
  return Object.fromEntries(
    chosen.map((name) => [
      name,
      instance(properties[name] ?? extra, { ...context, depth: context.depth + 1, hint: name }),
    ]),
  );
}

function arrayInstance(schema: JsonObject, context: Context): Json[] {
  const prefix = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  const fewest = typeof schema.minItems === "number" ? schema.minItems : 0;
  const most = typeof schema.maxItems === "number" ? schema.maxItems : Number.POSITIVE_INFINITY;
  const wanted = context.depth < SHALLOW ? Math.max(1, prefix.length) : 0;
  const length = Math.min(Math.max(fewest, schema.items === false ? prefix.length : wanted), most, 1_000);
  return Array.from({ length }, (_, index) =>
    // Numbered hints keep the items of an array of strings distinct, as uniqueItems asks.
    instance(prefix[index] ?? schema.items ?? {}, {
      ...context,
      depth: context.depth + 1,
      hint: index === 0 ? context.hint : `${context.hint}_${index + 1}`,
    }),
  );
}

function numberInstance(schema: JsonObject, whole: 1 | null): number {
  const step = typeof schema.multipleOf === "number" && schema.multipleOf > 0 ? schema.multipleOf : whole;
  const over = numberOr(schema.exclusiveMinimum, Number.NEGATIVE_INFINITY);
  const under = numberOr(schema.exclusiveMaximum, Number.POSITIVE_INFINITY);
  const low = Math.max(numberOr(schema.minimum, Number.NEGATIVE_INFINITY), over);
  const high = Math.min(numberOr(schema.maximum, Number.POSITIVE_INFINITY), under);
  const preferred = Math.min(Math.max(1, low), high);
  if (step === null) {
    if (preferred !== over && preferred !== under) return preferred;
    if (Number.isFinite(low) && Number.isFinite(high)) return (low + high) / 2;
    return Number.isFinite(low) ? low + 1 : high - 1;
  }
  const up = Math.ceil(preferred / step) * step;
  const risen = up > over ? up : up + step;
  if (risen <= high && risen < under) return risen;
  const down = Math.floor(preferred / step) * step;
  return down < under ? down : down - step;
}

const numberOr = (value: Json | undefined, otherwise: number): number =>
  typeof value === "number" ? value : otherwise;

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-01-02T03:04:05Z",
  date: "2026-01-02",
  time: "03:04:05Z",
  duration: "PT1M",
  email: "someone@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  url: "https://example.com/",
  uuid: "123e4567-e89b-42d3-a456-426614174000",
};

function stringInstance(schema: JsonObject, hint: string): string {
  if (typeof schema.pattern === "string") {
    const matching = patternInstance(schema.pattern);
    if (matching !== undefined) return matching;
  }
  if (typeof schema.format === "string" && FORMATS[schema.format] !== undefined) return FORMATS[schema.format] ?? hint;
  const least = Math.min(numberOr(schema.minLength, 0), 100_000);
  const padded = hint.length >= least ? hint : hint + "x".repeat(least - hint.length);
  return padded.slice(0, numberOr(schema.maxLength, padded.length));
}

/** An object without its undefined members, so that they do not hide others when it is spread. */
function pick(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(members)) if (value !== undefined) kept[key] = value;
  return kept;
}
