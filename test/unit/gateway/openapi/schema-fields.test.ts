import { describe, expect, it } from "vitest";
import { schemaFields, typeOf } from "../../../../workers/gateway/openapi/schema-fields.ts";

const nothing = (): unknown => undefined;
const fieldsOf = (schema: unknown, resolve: (reference: string) => unknown = nothing) =>
  schemaFields(schema, resolve).map(({ path, type, required }) => `${path}: ${type}${required ? "" : "?"}`);

describe("the fields of a schema", () => {
  it("are told with those inside of objects, arrays and maps", () => {
    const inner = { type: "object", properties: { b: { type: "integer" } }, required: ["b"] };
    const schema = {
      type: "object",
      required: ["list"],
      properties: {
        list: { type: "array", items: inner },
        map: { type: "object", additionalProperties: inner },
        one: inner,
      },
    };
    expect(fieldsOf(schema)).toEqual([
      "list: array of object",
      "list[].b: integer",
      "map: object?",
      "map.*.b: integer",
      "one: object?",
      "one.b: integer",
    ]);
  });

  it("of alternatives are told once, required where every alternative has them", () => {
    const variant = (kind: string, more: object) => ({
      type: "object",
      required: ["kind", ...Object.keys(more)],
      properties: { kind: { const: kind }, ...more },
    });
    const schema = {
      oneOf: [variant("a", { x: { type: "string" } }), variant("b", { x: { type: ["number", "null"] }, y: {} })],
    };
    expect(fieldsOf(schema)).toEqual(['kind: "a" | "b"', "x: string or number or null", "y: any?"]);
  });

  it("are found through references, with their description", () => {
    const resolve = (reference: string): unknown =>
      reference === "#/components/schemas/T" ? { type: "string", description: "A time." } : undefined;
    const [field] = schemaFields({ properties: { at: { $ref: "#/components/schemas/T" } } }, resolve);
    expect(field).toEqual({ path: "at", type: "string", required: false, description: "A time." });
  });

  it.each<[string, unknown]>([
    ["an object", { type: "object", properties: { next: { $ref: "#" } } }],
    ["an array", { type: "array", items: { $ref: "#" } }],
    ["itself only", { $ref: "#" }],
    [
      "all of JSON",
      {
        anyOf: [
          { type: "string" },
          { type: "array", items: { $ref: "#" } },
          { type: "object", additionalProperties: { $ref: "#" } },
        ],
      },
    ],
  ])("of a schema that holds itself as %s come to an end", (_, schema) => {
    expect(schemaFields({ properties: { a: schema } }, () => schema).length).toBeLessThan(20);
    expect(typeOf(schema, () => schema).length).toBeLessThan(200);
  });

  it("of what is no schema are none", () => {
    for (const schema of [null, undefined, true, "x", [], {}]) expect(schemaFields(schema, nothing)).toEqual([]);
  });
});
