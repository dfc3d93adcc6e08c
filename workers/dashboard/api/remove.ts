import { isRefused } from "../../../schema/kernel/errors.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import { auditActor, commit } from "../audit/commit.ts";
import { noContent, refused } from "../http/respond.ts";
import type { RouteInput } from "../http/route.ts";
import { databaseOf, statement } from "../store/database.ts";
import { columnsOf } from "./create.ts";
import type { HookContext, Hooks, Removal, Row } from "./hooks.ts";
import { rowForWrite } from "./row-for-write.ts";
import { auditFields, thisRow, unchanged } from "./stored-write.ts";

/** DELETE of one: the row goes, or what its hook does instead. */
export async function handleRemove(
  resource: Resource,
  hooks: Hooks,
  input: RouteInput,
  context: HookContext,
): Promise<Response> {
  const { scope, actor } = context;
  const db = databaseOf(scope.env.DB);
  const found = await rowForWrite(resource, hooks, input, context);
  if (isRefused(found)) return refused(scope, found.refused);
  const { row } = found;
  const removal = (await hooks.remove?.(row, context)) ?? {};
  if (isRefused(removal)) return refused(scope, removal.refused);
  const committed = await commit(scope, {
    org_id: actor.org_id,
    actor: auditActor(actor),
    action: `${resource.name}.${removal.verb ?? "deleted"}`,
    target: { type: resource.name, id: String(row.id) },
    details: { before: auditFields(resource, row, Object.keys(resource.fields)), ...removal.details },
    preconditions: [unchanged(db, resource, actor.org_id, row), ...(removal.preconditions ?? [])],
    statements: [
      ...(removal.before ?? []),
      removalStatement(resource, context, row, removal),
      ...(removal.after ?? []),
    ],
    effects: removal.effects ?? [],
  });
  return isRefused(committed) ? refused(scope, committed.refused) : noContent(scope);
}

function removalStatement(resource: Resource, { scope, actor }: HookContext, row: Row, removal: Removal) {
  const db = databaseOf(scope.env.DB);
  const where = thisRow(resource, actor.org_id, String(row.id));
  if (removal.instead === undefined) return statement(db.delete(resource.table).where(where));
  const version = typeof row.version === "number" ? { version: row.version + 1 } : {};
  return statement(
    db
      .update(resource.table)
      .set(columnsOf(resource, { ...removal.instead, ...version }))
      .where(where),
  );
}
