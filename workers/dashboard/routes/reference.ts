import { getTableColumns } from "drizzle-orm";
import * as z from "zod";
import type { Json } from "../../../schema/kernel/json.ts";
import { openApiDocument } from "../../../schema/openapi/document.ts";
import type { Field, Widget } from "../../../schema/resources/field.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import { RESOURCES } from "../../../schema/resources/resources.ts";
import { apiName } from "../api/shape.ts";
import { json } from "../http/respond.ts";
import type { AdminRoute, ConsoleRoute, OpenRoute } from "../http/route.ts";

/** GET /openapi.json of the console alone; the gateway lays it together with its own. */
export const openApiRoute = (routes: () => readonly ConsoleRoute[]): OpenRoute => ({
  method: "get",
  path: "/openapi.json",
  operation_id: "getConsoleOpenApiDocument",
  tag: "Platform",
  summary: "This reference as an OpenAPI 3.1 document",
  description: "Generated from the routes that answer.",
  security: "none",
  headers: {},
  body: null,
  responses: { 200: { description: "The document.", content_type: "application/json" } },
  errors: [],
  handle: async ({ http }, scope) => {
    const described = routes().filter(({ path }) => path.startsWith("/v1/"));
    return json(scope, openApiDocument(described, new URL(http.url).origin));
  },
});

const shownField = z.object({
  name: z.string(),
  description: z.string(),
  widget: z.looseObject({ kind: z.string() }),
  required: z.boolean(),
  create: z.boolean(),
  update: z.boolean(),
  nullable: z.boolean().describe("Whether null may be sent."),
  default: z.json().describe("What it is when it is not sent, as it is shown; null when nothing is said of that."),
});

/** GET /v1/resources: what pages and tools need to show and edit every resource. */
export const resourcesRoute: AdminRoute = {
  method: "get",
  path: "/v1/resources",
  operation_id: "listResources",
  tag: "Platform",
  summary: "Describe the resources",
  description: "Every resource with its fields, columns, filters and permissions, as they are declared.",
  security: "admin",
  permission: "org:read",
  headers: {},
  body: null,
  responses: {
    200: {
      description: "The resources.",
      schema: z.object({
        data: z.array(z.looseObject({ name: z.string(), path: z.string(), fields: z.array(shownField) })),
      }),
    },
  },
  errors: ["invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"],
  handle: async (_input, scope) => json(scope, { data: RESOURCES.map(describe) }),
};

function describe(resource: Resource) {
  const { name, title, path, description, operations, permissions } = resource;
  return {
    name,
    title,
    path,
    description,
    operations,
    permissions,
    id: resource.id === "given" ? "given" : "made",
    columns: resource.columns.map(apiName),
    filter: resource.filter.map(apiName),
    sort: resource.sort.map(apiName),
    fields: Object.entries(resource.fields).map(([column, field]) => describeField(resource, column, field)),
    example: resource.example,
  };
}

function describeField(
  resource: Resource,
  column: string,
  field: Field,
): z.infer<typeof shownField> & { widget: Widget } {
  const required = resource.create.required.includes(column);
  return {
    name: apiName(column),
    description: field.description,
    widget: field.widget,
    required,
    create: required || resource.create.optional.includes(column),
    update: resource.update.includes(column),
    nullable: field.input.safeParse(null).success,
    default: defaultOf(resource, column, field),
  };
}

/** What the table fills in. Columns that a hook fills, and fields that are no column, have none. */
function defaultOf(resource: Resource, column: string, field: Field): Json {
  const stored = getTableColumns(resource.table)[column]?.default;
  const shown = stored === undefined ? undefined : field.show(stored);
  return z.json().parse(shown ?? null);
}
