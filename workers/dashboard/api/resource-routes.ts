import * as z from "zod";
import type { RouteDoc } from "../../../schema/openapi/route-doc.ts";
import type { Operation, Resource } from "../../../schema/resources/resource.ts";
import type { AdminRoute } from "../http/route.ts";
import { handleCreate } from "./create.ts";
import type { Hooks } from "./hooks.ts";
import { listQuerySchema } from "./list-query.ts";
import { handleGet, handleList } from "./read.ts";
import { handleRemove } from "./remove.ts";
import { createSchema, shownSchema, updateSchema } from "./shape.ts";
import { handleUpdate } from "./update.ts";

const READ_ERRORS = ["invalid_request", "invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"] as const;
const WRITE_ERRORS = [
  ...READ_ERRORS,
  "invalid_json",
  "json_too_deep",
  "origin_denied",
  "conflict",
  "payload_too_large",
  "unsupported_media_type",
  "audit_broken",
  "wallet_unavailable",
] as const;

const ORG_HEADER = {
  "x-ao-org": "The organisation that is meant, for somebody signed in who belongs to several.",
} as const;
const IF_MATCH = {
  "if-match": "The ETag of what you have read: the change is refused with 412 when somebody else was faster.",
} as const;

/** The routes of a resource: those of its operations, nothing else. */
export function resourceRoutes(resource: Resource, hooks: Hooks): readonly AdminRoute[] {
  return resource.operations.map((operation) => ROUTE_OF[operation](resource, hooks));
}

const ROUTE_OF: Readonly<Record<Operation, (resource: Resource, hooks: Hooks) => AdminRoute>> = {
  list: (resource, hooks) => ({
    ...common(resource, resource.permissions.read),
    method: "get",
    path: resource.path,
    operation_id: `list${pascal(pluralOf(resource))}`,
    summary: `List ${resource.title.toLowerCase()}`,
    description: resource.description,
    query: listQuerySchema(resource),
    body: null,
    responses: {
      200: {
        description: "One page; `next_cursor` is null on the last.",
        schema: z.object({ data: z.array(shownSchema(resource)), next_cursor: z.string().nullable() }),
      },
    },
    errors: READ_ERRORS,
    handle: (input, scope, actor) => handleList(resource, hooks, input, { scope, actor }),
  }),
  get: (resource, hooks) => ({
    ...common(resource, resource.permissions.read),
    method: "get",
    path: `${resource.path}/{id}`,
    operation_id: `get${pascal(resource.name)}`,
    summary: `Show ${article(resource)}`,
    description: resource.description,
    params: ID_PARAM,
    body: null,
    responses: { 200: shown(resource, "It, with its ETag.") },
    errors: [...READ_ERRORS, "not_found"],
    handle: (input, scope, actor) => handleGet(resource, hooks, input, { scope, actor }),
  }),
  create: (resource, hooks) => ({
    ...common(resource, resource.permissions.write),
    method: "post",
    path: resource.path,
    operation_id: `create${pascal(resource.name)}`,
    summary: `Create ${article(resource)}`,
    description: resource.description,
    headers: {
      ...ORG_HEADER,
      "idempotency-key": "A repeat with the same key and body within a day gets the first answer and makes nothing.",
    },
    body: { schema: createSchema(resource), example: resource.example },
    responses: { 201: shown(resource, "It was made.") },
    errors: [...WRITE_ERRORS, "idempotency_mismatch", "idempotency_answer_gone"],
    handle: (input, scope, actor) => handleCreate(resource, hooks, input, { scope, actor }),
  }),
  update: (resource, hooks) => ({
    ...common(resource, resource.permissions.write),
    method: "patch",
    path: `${resource.path}/{id}`,
    operation_id: `update${pascal(resource.name)}`,
    summary: `Change ${article(resource)}`,
    description: `Changes the fields that are sent and leaves the others. ${resource.description}`,
    params: ID_PARAM,
    headers: { ...ORG_HEADER, ...IF_MATCH },
    body: { schema: updateSchema(resource), example: updateExample(resource) },
    responses: { 200: shown(resource, "It, as it is now.") },
    errors: [...WRITE_ERRORS, "not_found", "precondition_failed"],
    handle: (input, scope, actor) => handleUpdate(resource, hooks, input, { scope, actor }),
  }),
  delete: (resource, hooks) => ({
    ...common(resource, resource.permissions.write),
    method: "delete",
    path: `${resource.path}/{id}`,
    operation_id: `delete${pascal(resource.name)}`,
    summary: `Delete ${article(resource)}`,
    description: resource.description,
    params: ID_PARAM,
    headers: { ...ORG_HEADER, ...IF_MATCH },
    body: null,
    responses: { 204: { description: "It is gone." } },
    errors: [...WRITE_ERRORS, "not_found", "precondition_failed"],
    handle: (input, scope, actor) => handleRemove(resource, hooks, input, { scope, actor }),
  }),
};

const ID_PARAM = { id: "Its id." } as const;

const common = (resource: Resource, permission: AdminRoute["permission"]) => ({
  tag: resource.tag,
  security: "admin" as const,
  permission,
  headers: ORG_HEADER,
});

const shown = (resource: Resource, description: string): RouteDoc["responses"][number] => ({
  description,
  schema: shownSchema(resource),
});

function updateExample(resource: Resource): Record<string, unknown> {
  const names = Object.keys(updateSchema(resource).shape);
  const known = Object.entries(resource.example).filter(([name]) => names.includes(name));
  return Object.fromEntries(known.slice(0, 1));
}

const pluralOf = (resource: Resource): string => resource.path.slice(resource.path.lastIndexOf("/") + 1);

const pascal = (name: string): string =>
  name.replace(/(?:^|[-_])([a-z])/g, (_match, letter: string) => letter.toUpperCase());

const article = (resource: Resource): string => {
  const words = resource.name.replaceAll("_", " ");
  return `${/^[aeiou]/.test(words) ? "an" : "a"} ${words}`;
};
