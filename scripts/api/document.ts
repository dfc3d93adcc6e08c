import { createHash } from "node:crypto";
import { openApiDocument } from "../../schema/openapi/document.ts";
import { mergeDocuments, type OpenApi, openApiSchema } from "../../schema/openapi/merge-documents.ts";
import { ROUTES as CONSOLE_ROUTES } from "../../workers/dashboard/routes/routes.ts";
import { ROUTES as GATEWAY_ROUTES } from "../../workers/gateway/routes/routes.ts";

/** Not a real server: the pages ask the address that they came from. */
const SERVER = "https://gateway.example";

/** What `/openapi.json` answers, from the routes themselves and without a running platform. */
export function apiDocument(): OpenApi {
  const parse = (routes: Parameters<typeof openApiDocument>[0]) =>
    openApiSchema.parse(JSON.parse(JSON.stringify(openApiDocument(routes, SERVER))));
  const described = CONSOLE_ROUTES.filter(({ path }) => path.startsWith("/v1/"));
  return mergeDocuments(parse(GATEWAY_ROUTES), parse(described));
}

/** SHA-256 of the document as hex: the first line of the generated types has it, so that a test can tell they are stale. */
export const documentHash = (document: OpenApi): string =>
  createHash("sha256").update(JSON.stringify(document)).digest("hex");
