import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ERRORS } from "../../../../schema/kernel/errors.ts";
import { openApiDocument } from "../../../../schema/openapi/document.ts";
import type { Route } from "../../../../workers/gateway/http/route.ts";
import { docsPage } from "../../../../workers/gateway/openapi/docs-page.ts";
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
      in: z.literal("header"),
      description: z.string().min(1),
      required: z.boolean(),
      schema: z.object({ type: z.string() }),
    }),
  ),
  requestBody: z.looseObject({ required: z.literal(true) }).optional(),
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
      expect(written.security).toEqual(route.security === "key" ? [{ bearer: [] }, { apiKey: [] }] : []);
      expect(route.errors.includes("invalid_api_key")).toBe(route.security === "key");
    });

    it("that spends says what the wallet may answer", () => {
      if (!route.spends) return expect(route.errors).not.toContain("wallet_exhausted");
      expect(route.security).toBe("key");
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

    it("lists its headers and its body", () => {
      expect(written.parameters.map(({ name }) => name)).toEqual(Object.keys(route.headers));
      expect(written.requestBody !== undefined).toBe(route.body !== null);
      if (route.body === null) return;
      expect(route.body.schema.safeParse(route.body.example).success).toBe(true);
      expect(written.requestBody).toMatchObject({
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

describe("the page of the reference", () => {
  const page = docsPage(ROUTES, SERVER);

  it("has every route, every header and every error", () => {
    for (const route of ROUTES) {
      expect(page).toContain(`id="${route.operation_id}"`);
      expect(page).toContain(`href="#${route.operation_id}"`);
      for (const name of Object.keys(route.headers)) expect(page).toContain(`<code>${name}</code>`);
      for (const code of route.errors) expect(page).toContain(`href="#error-${code}"`);
    }
    for (const code of Object.keys(ERRORS)) expect(page).toContain(`id="error-${code}"`);
  });

  it("runs no script and loads nothing from anywhere", () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<object|<form|javascript:|@import|url\(|srcset| on[a-z]+=/i);
    const addresses = [...page.matchAll(/https?:\/\/[^\s"'<&]+/g)].map(([address]) => new URL(address).origin);
    expect(new Set(addresses)).toEqual(new Set([SERVER]));
    for (const [, href = ""] of page.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^[#/]/);
  });

  it("links only to what is on it", () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id);
  });

  it("shows what it is given as text, wherever that comes from", () => {
    const hostile = `<script>alert(1)</script>"'&`;
    const route: Route = {
      method: "post",
      path: `/x${hostile}`,
      operation_id: "x",
      tag: "Platform",
      summary: hostile,
      description: `${hostile} and \`<b>code</b>\``,
      security: "key",
      spends: false,
      headers: { [hostile]: hostile },
      body: { schema: z.object({}), example: { text: hostile } },
      responses: { 200: { description: hostile } },
      errors: [],
      handle: () => new Response(null),
    };
    const written = docsPage([route], `https://gateway.example/${hostile}`);
    expect(written).not.toMatch(/<script|<b>/i);
    expect(written).toContain("<code>&#60;b&#62;code&#60;/b&#62;</code>");
    expect(written).toContain("&#60;script&#62;");
  });

  it("is one well-formed page with a language, a title and a way past the navigation", () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain("<title>");
    expect(page).toContain('<a class="skip" href="#main">');
    for (const tag of ["section", "table", "tr", "td", "th", "code", "pre", "p", "ul", "li", "main", "nav"]) {
      const opened = page.match(new RegExp(`<${tag}[ >]`, "g"))?.length ?? 0;
      expect(page.match(new RegExp(`</${tag}>`, "g"))?.length ?? 0, tag).toBe(opened);
    }
  });
});
