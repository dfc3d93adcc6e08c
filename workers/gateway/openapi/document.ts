import * as z from "zod";
import { ERRORS, type ErrorCode, type ErrorRow } from "../../../schema/kernel/errors.ts";
import type { ResponseDoc, Route } from "../http/route.ts";

type Document = Record<string, unknown>;

/** The OpenAPI 3.1 document of the routes, whose schemas are JSON Schema 2020-12 as zod writes it. Pure. */
export function openApiDocument(routes: readonly Route[], server: string): Document {
  const paths: Record<string, Record<string, Document>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
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
    tags: [{ name: "Inference" }, { name: "Wallet" }, { name: "Platform" }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "A gateway key, `ao_…`." },
        apiKey: { type: "apiKey", in: "header", name: "x-api-key", description: "The same key, as some SDKs send it." },
      },
      schemas: { Error: errorSchema() },
    },
  };
}

function operation(route: Route): Document {
  return {
    operationId: route.operation_id,
    tags: [route.tag],
    summary: route.summary,
    description: route.description,
    security: route.security === "key" ? [{ bearer: [] }, { apiKey: [] }] : [],
    parameters: Object.entries(route.headers).map(([name, description]) => ({
      name,
      in: "header",
      required: false,
      description,
      schema: { type: "string" },
    })),
    ...(route.body === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: jsonSchema(route.body.schema), example: route.body.example } },
          },
        }),
    responses: {
      ...Object.fromEntries(Object.entries(route.responses).map(([status, doc]) => [status, response(doc)])),
      ...errorResponses(route.errors),
    },
  };
}

function response(doc: ResponseDoc): Document {
  const type = doc.content_type ?? "application/json";
  if (doc.schema === undefined && doc.content_type === undefined) return { description: doc.description };
  return {
    description: doc.description,
    headers: { "x-request-id": { description: "The id of this request.", schema: { type: "string" } } },
    content: {
      [type]: {
        ...(doc.schema === undefined ? {} : { schema: jsonSchema(doc.schema) }),
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

const jsonSchema = (schema: z.ZodType): unknown => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
};
