import { errorResponse } from "../../../schema/http/error-response.ts";
import type { OpenApi } from "../../../schema/openapi/merge-documents.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Route } from "../http/route.ts";
import { docsPage } from "../openapi/docs-page.ts";
import { mergedDocument } from "../openapi/merged-document.ts";

const common = {
  method: "get",
  tag: "Platform",
  security: "none",
  spends: false,
  headers: {},
  body: null,
  errors: ["store_unavailable"],
} as const;

const STATIC_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/**
 * GET /openapi.json and GET /docs, made from the routes themselves, ours and the console's. `routes` is asked late, since
 * it contains these two.
 */
export function referenceRoutes(routes: () => readonly Route[]): readonly Route[] {
  /** The whole reference as `write` renders it; 503 while the console does not tell its part. */
  const render =
    (write: (document: OpenApi) => Response) =>
    async (request: Request, scope: RequestScope): Promise<Response> => {
      const document = await mergedDocument(routes(), new URL(request.url).origin, scope.env.DASHBOARD);
      if (document !== null) return write(document);
      const message = "The console does not tell its part of the reference. Try again.";
      return errorResponse({ code: "store_unavailable", message, retry_after_ms: 1_000 }, scope.public_request_id);
    };
  return [
    {
      ...common,
      path: "/openapi.json",
      operation_id: "getOpenApiDocument",
      summary: "This reference as an OpenAPI 3.1 document",
      description: "Generated from the routes that answer.",
      responses: { 200: { description: "The document.", content_type: "application/json" } },
      handle: render((document) =>
        Response.json(document, {
          headers: { "cache-control": "public, max-age=300", "access-control-allow-origin": "*" },
        }),
      ),
    },
    {
      ...common,
      path: "/docs",
      operation_id: "getDocs",
      summary: "This reference as a page",
      description: "The same, to read.",
      responses: { 200: { description: "The page.", content_type: "text/html" } },
      handle: render(
        (document) =>
          new Response(docsPage(document), {
            headers: {
              "content-type": "text/html; charset=utf-8",
              "content-security-policy": STATIC_PAGE_POLICY,
              "x-content-type-options": "nosniff",
              "referrer-policy": "no-referrer",
              "cache-control": "public, max-age=300",
            },
          }),
      ),
    },
  ];
}
