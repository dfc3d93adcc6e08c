import { ERRORS, type ErrorCode, type ErrorRow } from "../kernel/errors.ts";
import { JsonSchemas } from "./json-schemas.ts";
import { type ResponseDoc, type RouteDoc, TAGS } from "./route-doc.ts";

type Document = Record<string, unknown>;

/** The cookie of a signed-in browser. */
export const SESSION_COOKIE = "__Host-ao_session";

/** The OpenAPI 3.1 document of the routes, whose schemas are JSON Schema 2020-12 as zod writes it. Pure. */
export function openApiDocument(routes: readonly RouteDoc[], server: string): Document {
  const paths: Record<string, Record<string, Document>> = {};
  const schemas = new JsonSchemas();
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "AI Orchestrator",
      version: "0.1.0",
      description:
        "One OpenAI-compatible URL in front of every model provider. Amounts are US dollars as decimal strings with nine places; times are RFC 3339 in UTC.",
    },
    servers: [{ url: server }],
    tags: TAGS.map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "A gateway key, `ao_…`." },
        session: {
          type: "apiKey",
          in: "cookie",
          name: SESSION_COOKIE,
          description: "The cookie that POST /v1/auth/sign-in sets.",
        },
        apiKey: { type: "apiKey", in: "header", name: "x-api-key", description: "The same key, as some SDKs send it." },
      },
      schemas: { Error: errorSchema(), ...schemas.components },
    },
  };
}

function operation(route: RouteDoc, schemas: JsonSchemas): Document {
  return {
    operationId: route.operation_id,
    tags: [route.tag],
    summary: route.summary,
    description: route.description,
    security: SECURITY[route.security],
    parameters: parameters(route, schemas),
    ...(route.body === null
      ? {}
      : {
          requestBody: {
            required: route.body.optional !== true,
            content: {
              "application/json": {
                schema: schemas.of(route.body.schema, `${route.operation_id}-body`),
                example: route.body.example,
              },
            },
          },
        }),
    /** Which rows of the table of errors the operation may answer with. */
    "x-error-codes": route.errors,
    responses: {
      ...Object.fromEntries(
        Object.entries(route.responses).map(([status, doc]) => [
          status,
          response(doc, `${route.operation_id}-${status}`, schemas),
        ]),
      ),
      ...errorResponses(route.errors),
    },
  };
}

const KEY = [{ bearer: [] }, { apiKey: [] }] as const;

const SECURITY: Readonly<Record<RouteDoc["security"], readonly Document[]>> = {
  none: [],
  key: KEY,
  session: [{ session: [] }],
  admin: [...KEY, { session: [] }],
};

function parameters(route: RouteDoc, schemas: JsonSchemas): readonly Document[] {
  const path = Object.entries(route.params ?? {}).map(([name, description]) => ({
    name,
    in: "path",
    required: true,
    description,
    schema: { type: "string" },
  }));
  const query = Object.entries(route.query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: !schema.safeParse(undefined).success,
    ...(schema.description === undefined ? {} : { description: schema.description }),
    schema: schemas.of(schema, `${route.operation_id}-${name}`),
  }));
  const headers = Object.entries(route.headers).map(([name, description]) => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string" },
  }));
  return [...path, ...query, ...headers];
}

function response(doc: ResponseDoc, name: string, schemas: JsonSchemas): Document {
  const type = doc.content_type ?? "application/json";
  if (doc.schema === undefined && doc.content_type === undefined) return { description: doc.description };
  return {
    description: doc.description,
    headers: { "x-request-id": { description: "The id of this request.", schema: { type: "string" } } },
    content: {
      [type]: {
        ...(doc.schema === undefined ? {} : { schema: schemas.of(doc.schema, name) }),
        ...(doc.example === undefined ? {} : { example: doc.example }),
      },
    },
  };
}

/** One response per status, naming every code that it may carry. */
function errorResponses(codes: readonly ErrorCode[]): Document {
  const by_status = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERRORS[code];
    by_status.set(status, [...(by_status.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...by_status]
      .sort(([a], [b]) => a - b)
      .map(([status, group]) => [
        status,
        {
          description: group.map((code) => `\`${code}\`: ${ERRORS[code].public_text}`).join("\n\n"),
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      ]),
  );
}

function errorSchema(): Document {
  const rows: [string, ErrorRow][] = Object.entries(ERRORS);
  return {
    type: "object",
    required: ["error"],
    properties: {
      error: {
        type: "object",
        required: ["message", "type", "code", "param", "request_id"],
        properties: {
          message: { type: "string", description: "What went wrong and what to do next." },
          type: { type: "string", enum: [...new Set(rows.map(([, row]) => row.type))] },
          code: {
            type: "string",
            description: `One of ${rows.map(([code]) => code).join(", ")}, or the provider's own.`,
          },
          param: { type: ["string", "null"], description: "The path of the field at fault." },
          request_id: { type: "string" },
        },
      },
    },
  };
}
