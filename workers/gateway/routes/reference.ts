import type { Route } from "../http/route.ts";
import { docsPage } from "../openapi/docs-page.ts";
import { openApiDocument } from "../openapi/document.ts";

const common = {
  method: "get",
  tag: "Platform",
  security: "none",
  spends: false,
  headers: {},
  body: null,
  errors: [],
} as const;

const STATIC_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/** GET /openapi.json and GET /docs, made from the routes themselves. `routes` is asked late, since it contains these two. */
export function referenceRoutes(routes: () => readonly Route[]): readonly Route[] {
  return [
    {
      ...common,
      path: "/openapi.json",
      operation_id: "getOpenApiDocument",
      summary: "This reference as an OpenAPI 3.1 document",
      description: "Generated from the routes that answer.",
      responses: { 200: { description: "The document.", content_type: "application/json" } },
      handle: (request) =>
        Response.json(openApiDocument(routes(), new URL(request.url).origin), {
          headers: { "cache-control": "public, max-age=300", "access-control-allow-origin": "*" },
        }),
    },
    {
      ...common,
      path: "/docs",
      operation_id: "getDocs",
      summary: "This reference as a page",
      description: "The same, to read.",
      responses: { 200: { description: "The page.", content_type: "text/html" } },
      handle: (request) =>
        new Response(docsPage(routes(), new URL(request.url).origin), {
          headers: {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": STATIC_PAGE_POLICY,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cache-control": "public, max-age=300",
          },
        }),
    },
  ];
}
