import { isRefused } from "../../../schema/kernel/errors.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import { json, refused } from "../http/respond.ts";
import type { RouteInput } from "../http/route.ts";
import { databaseOf } from "../store/database.ts";
import type { HookContext, Hooks, Row } from "./hooks.ts";
import { listQuery } from "./list-query.ts";
import { notFound, withEtag } from "./row-response.ts";
import { readPage, readRow } from "./rows.ts";
import { show } from "./shape.ts";

/** GET of a list: one page of what belongs to the actor's org. */
export async function handleList(
  resource: Resource,
  hooks: Hooks,
  { query }: RouteInput,
  context: HookContext,
): Promise<Response> {
  const { scope, actor } = context;
  const page = await readPage(databaseOf(scope.env.DB), resource, actor.org_id, listQuery(resource, query));
  if (isRefused(page)) return refused(scope, page.refused);
  const extras = await decorated(hooks, page.rows, context, false);
  const data = page.rows.map((row, index) => show(resource, row, extras[index]));
  return json(scope, { data, next_cursor: page.next_cursor });
}

/** GET of one by its id. */
export async function handleGet(
  resource: Resource,
  hooks: Hooks,
  { params }: RouteInput,
  context: HookContext,
): Promise<Response> {
  const { scope, actor } = context;
  const row = await readRow(databaseOf(scope.env.DB), resource, actor.org_id, params.id ?? "");
  if (row === null) return notFound(scope, resource);
  const [extra] = await decorated(hooks, [row], context, true);
  return json(scope, show(resource, row, extra), { headers: withEtag(row) });
}

/** What hooks show beyond the columns, one entry a row. */
export const decorated = async (
  hooks: Hooks,
  rows: readonly Row[],
  context: HookContext,
  single: boolean,
): Promise<readonly Row[]> => (hooks.decorate === undefined ? [] : await hooks.decorate(rows, context, single));
