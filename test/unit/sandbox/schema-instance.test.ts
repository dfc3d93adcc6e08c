import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Json, JsonObject } from "../../../schema/kernel/json.ts";
import { schemaInstance } from "../../../workers/sandbox/schema-instance.ts";

/** Judges an instance with zod's own reading of JSON schema, which shares nothing with the generator. */
function faults(schema: JsonObject): readonly string[] {
  const instance = schemaInstance(schema);
  const result = z.fromJSONSchema(JSON.parse(JSON.stringify(schema))).safeParse(instance);
  return result.success ? [] : [`${JSON.stringify(instance)}: ${result.error.message}`];
}

const object = (properties: JsonObject, required: string[] = Object.keys(properties)): JsonObject => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

describe("an instance of a JSON schema", () => {
  it.each<[string, JsonObject]>([
    ["nested objects", object({ place: object({ city: { type: "string" }, zip: { type: "string", minLength: 9 } }) })],
    ["enums and constants", object({ unit: { enum: ["c", "f"] }, kind: { const: "weather" }, not: { enum: [null] } })],
    ["bounded numbers", object({ a: { type: "integer", minimum: 7, maximum: 9 }, b: { type: "number", maximum: -3 } })],
    ["exclusive bounds", object({ a: { type: "number", exclusiveMinimum: 1, exclusiveMaximum: 1.5 } })],
    [
      "exclusive integers",
      object({ a: { type: "integer", exclusiveMinimum: 3 }, b: { type: "integer", exclusiveMaximum: 1 } }),
    ],
    ["multiples", object({ a: { type: "integer", multipleOf: 7, minimum: 8 } })],
    ["arrays with bounds", object({ a: { type: "array", items: { type: "integer" }, minItems: 3, maxItems: 4 } })],
    ["nullable types", object({ a: { type: ["null", "integer"] }, b: { type: ["string", "null"] } })],
    ["alternatives", object({ a: { anyOf: [{ type: "boolean" }, { type: "string" }] } })],
    ["lengths", object({ a: { type: "string", maxLength: 0 }, b: { type: "string", minLength: 40 } })],
    ["patterns", object({ a: { type: "string", pattern: "^[A-Z]{3}-\\d{4}(?:x|y)?$" } })],
    ["formats", object({ a: { type: "string", format: "email" }, b: { type: "string", format: "date-time" } })],
    ["formats of ids", object({ a: { type: "string", format: "uuid" }, b: { type: "string", format: "ipv4" } })],
    ["optional properties", object({ a: { type: "string" }, b: { type: "integer" } }, ["b"])],
    [
      "references",
      { ...object({ a: { $ref: "#/$defs/point" } }), $defs: { point: object({ x: { type: "number" } }) } },
    ],
    [
      "a recursion that may end",
      {
        $ref: "#/$defs/node",
        $defs: {
          node: object({ value: { type: "integer" }, next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } }),
        },
      },
    ],
  ])("is valid with %s", (_name, schema) => {
    expect(faults(schema)).toEqual([]);
  });

  it("joins allOf with the bounds of both", () => {
    const schema = {
      allOf: [
        { type: "integer", minimum: 3 },
        { minimum: 5, maximum: 5 },
      ],
    };
    expect(schemaInstance(schema)).toBe(5);
  });

  it("ends on a schema that demands itself for ever", () => {
    const schema = { type: "object", properties: { a: { $ref: "#" }, b: { $ref: "#" } }, required: ["a", "b"] };
    expect(JSON.stringify(schemaInstance(schema)).length).toBeLessThan(1_000_000);
  });

  it("is the same every time", () => {
    const schema = object({ a: { type: "array", items: { type: "string" } } });
    expect(schemaInstance(schema)).toEqual(schemaInstance(schema));
  });

  it("is valid for any tree of the supported keywords", () => {
    const { tree } = fc.letrec<{ tree: JsonObject }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.constantFrom<JsonObject>({ type: "boolean" }, { type: "null" }, { enum: ["x", 1] }, { type: "string" }),
        fc.integer({ min: 0, max: 12 }).map((minLength): JsonObject => ({ type: "string", minLength })),
        fc
          .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 9 }))
          .map(([minimum, width]): JsonObject => ({ type: "integer", minimum, maximum: minimum + width })),
        fc
          .tuple(tie("tree"), fc.integer({ min: 0, max: 3 }))
          .map(([items, minItems]): JsonObject => ({ type: "array", items, minItems })),
        fc
          .dictionary(fc.constantFrom("a", "b", "c"), tie("tree"))
          .chain((properties) =>
            fc.subarray(Object.keys(properties)).map((required): JsonObject => object(properties, required)),
          ),
        fc.tuple(tie("tree"), tie("tree")).map((anyOf): JsonObject => ({ anyOf: [...anyOf] })),
      ),
    }));
    fc.assert(
      fc.property(tree, (schema) => {
        expect(faults(schema)).toEqual([]);
      }),
    );
  });

  it("names the property where a free text is asked", () => {
    const made: Json = schemaInstance(object({ city: { type: "string" } }));
    expect(made).toEqual({ city: "city" });
  });
});
