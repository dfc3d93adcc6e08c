import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ERRORS } from "../../../../schema/kernel/errors.ts";
import { openApiDocument } from "../../../../schema/openapi/document.ts";
import type { Route } from "../../../../workers/gateway/http/route.ts";
import { ROUTES } from "../../../../workers/gateway/routes/routes.ts";

const SERVER = "https://gateway.example";

const operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  description: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(
    z.object({
      name: z.string(),
      in: z.enum(["path", "query", "header"]),
      description: z.string().min(1),
      required: z.boolean(),
      schema: z.object({ type: z.string() }),
    }),
  ),
  requestBody: z.looseObject({ required: z.boolean() }).optional(),
  "x-error-codes": z.array(z.string()),
  responses: z.record(z.string(), z.looseObject({ description: z.string().min(1) })),
});
const documentSchema = z.looseObject({
  openapi: z.literal("3.1.0"),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

const document = openApiDocument(ROUTES, SERVER);
const parsed = documentSchema.parse(document);
const operationOf = (route: Route) => operation.parse(parsed.paths[route.path]?.[route.method]);

describe("the OpenAPI document", () => {
  it("is JSON: what is written is what is meant", () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it("is valid by the schema of OpenAPI 3.1", async () => {
    const result = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
  });

  it("has every route and nothing else", () => {
    const written = Object.entries(parsed.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(written.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
    expect(parsed.servers).toEqual([{ url: SERVER }]);
  });

  it("names each operation once", () => {
    const ids = ROUTES.map(({ operation_id }) => operation_id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
  });

  it("keeps several methods of one path apart", () => {
    const [route] = ROUTES;
    if (route === undefined) throw new Error("no routes");
    const both: readonly Route[] = [
      { ...route, path: "/x", method: "get", operation_id: "a" },
      { ...route, path: "/x", method: "post", operation_id: "b" },
    ];
    expect(openApiDocument(both, SERVER)).toMatchObject({
      paths: { "/x": { get: { operationId: "a" }, post: { operationId: "b" } } },
    });
  });

  it("points only to what it has", () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = ""]) => path.split("/"));
    const own = references.filter(([first]) => first === "components");
    expect(own.length).toBeGreaterThan(0);
    for (const path of own) {
      let at: unknown = document;
      for (const step of path) {
        at = typeof at === "object" && at !== null ? Object.entries(at).find(([key]) => key === step)?.[1] : undefined;
      }
      expect(at, path.join("/")).toBeDefined();
    }
  });
});

describe("a schema that refers to itself", () => {
  const [route] = ROUTES;
  const tree: z.ZodType = z.object({ name: z.string(), children: z.lazy(() => z.array(tree)) });
  const documentOf = (schema: z.ZodType, ...more: readonly z.ZodType[]) => {
    if (route === undefined) throw new Error("no routes");
    const routes = [schema, ...more].map((one, index) => ({
      ...route,
      path: `/x${index}`,
      operation_id: `x${index}`,
      body: { schema: one, example: {} },
    }));
    return openApiDocument(routes, SERVER);
  };

  it.each<[string, z.ZodType]>([
    ["as a whole", tree],
    ["inside", z.object({ any: z.json(), tree })],
  ])("%s is valid, and points only to what the document has", async (_, schema) => {
    const made = JSON.parse(JSON.stringify(documentOf(schema)));
    const result = await new Validator().validate(made);
    expect(result.errors).toBeUndefined();
    const text = JSON.stringify(made);
    const names = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference = ""]) => reference);
    expect(names.some((reference) => reference.includes("/x0-body-"))).toBe(true);
    for (const reference of names) {
      expect(reference).toMatch(/^#\/components\/schemas\/[\w.-]+$/);
      expect(made.components.schemas).toHaveProperty([reference.replace("#/components/schemas/", "")]);
    }
    expect(text).not.toContain("$defs");
  });

  it("is there once, however many routes have it", () => {
    const made = documentSchema.parse(documentOf(z.object({ a: z.json() }), z.object({ a: z.json() })));
    const names = Object.keys(
      z.looseObject({ schemas: z.record(z.string(), z.unknown()) }).parse(made.components).schemas,
    );
    expect(names).toEqual(["Error", expect.stringMatching(/^x0-body-/)]);
  });
});

describe.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  "the route %s",
  (_name, route) => {
    const written = operationOf(route);

    it("is told in words, with its success", () => {
      expect(written).toMatchObject({
        operationId: route.operation_id,
        summary: route.summary,
        description: route.description,
      });
      expect(route.summary).not.toBe("");
      for (const status of Object.keys(route.responses)) expect(written.responses).toHaveProperty(status);
      expect(Object.keys(route.responses)).toContain("200");
    });

    it("tells every error that it may answer, at its status", () => {
      for (const code of route.errors) {
        const { status, public_text } = ERRORS[code];
        expect(written.responses[status]?.description).toContain(`\`${code}\``);
        expect(written.responses[status]?.description).toContain(public_text);
      }
      expect(new Set(route.errors).size).toBe(route.errors.length);
    });

    it("tells a success and an error of one status both", () => {
      for (const [status, { description }] of Object.entries(route.responses)) {
        expect(written.responses[status]?.description).toContain(description);
      }
    });

    it("asks for a key exactly where one is needed", () => {
      const key = [{ bearer: [] }, { apiKey: [] }];
      const expected = { none: [], key, session: [{ session: [] }], admin: [...key, { session: [] }] };
      expect(written.security).toEqual(expected[route.security]);
      // A scraper's token is no key of an org, and is asked for by the route itself.
      const asks = route.security === "key" || route.security === "admin" || route.path === "/metrics";
      expect(route.errors.includes("invalid_api_key")).toBe(asks);
    });

    it("that spends a key's money says what the wallet may answer", () => {
      if (!route.spends) return expect(route.errors).not.toContain("wallet_exhausted");
      expect(route.security).not.toBe("none");
      // What an administrator tries out answers with a report of how it went, see its own test.
      if (route.security !== "key") return;
      expect(route.errors).toEqual(
        expect.arrayContaining([
          "wallet_exhausted",
          "wallet_held",
          "request_exceeds_wallet",
          "request_exceeds_maximum",
          "wallet_frozen",
          "wallet_unavailable",
          "model_unpriced",
        ]),
      );
    });

    it("names only errors that there are", () => {
      expect(written["x-error-codes"]).toEqual(route.errors);
      for (const code of written["x-error-codes"]) expect(Object.keys(ERRORS)).toContain(code);
    });

    it("lists its parameters and its body, with an example", () => {
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(written.parameters.filter((one) => one.in === "path").map(({ name }) => name)).toEqual(inPath);
      expect(written.parameters.filter((one) => one.in === "header").map(({ name }) => name)).toEqual(
        Object.keys(route.headers),
      );
      expect(written.requestBody !== undefined).toBe(route.body !== null);
      if (route.body === null) return;
      expect(route.body.schema.safeParse(route.body.example).success).toBe(true);
      expect(written.requestBody).toMatchObject({
        required: route.body.optional !== true,
        content: { "application/json": { example: route.body.example, schema: { type: "object" } } },
      });
    });

    it("has examples that are what they show", () => {
      for (const { schema, example } of Object.values(route.responses)) {
        if (schema !== undefined && example !== undefined) expect(schema.safeParse(example).error).toBeUndefined();
      }
    });
  },
);
