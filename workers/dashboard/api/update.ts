import { isRefused, refuse } from "../../../schema/kernel/errors.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import { auditActor, commit } from "../audit/commit.ts";
import { json, refused } from "../http/respond.ts";
import type { RouteInput } from "../http/route.ts";
import { databaseOf, statement } from "../store/database.ts";
import { columnsOf } from "./create.ts";
import type { HookContext, Hooks, Row } from "./hooks.ts";
import { decorated } from "./read.ts";
import { rowForWrite } from "./row-for-write.ts";
import { withEtag } from "./row-response.ts";
import { readRow } from "./rows.ts";
import { apiName, show, toColumns } from "./shape.ts";
import { auditFields, differing, thisRow, unchanged } from "./stored-write.ts";

/** PATCH of one: the fields that are sent, and nothing else. What is sent as it is already changes nothing. */
export async function handleUpdate(
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
  const sent = toColumns(resource, typeof input.body === "object" && input.body !== null ? { ...input.body } : {});
  if (Object.keys(sent).length === 0) {
    const names = resource.update.map(apiName).join(", ");
    return refused(
      scope,
      refuse("invalid_request", { message: `Nothing to change. Send at least one of: ${names}.` }).refused,
    );
  }
  const prepared = (await hooks.update?.(sent, row, context)) ?? {};
  if (isRefused(prepared)) return refused(scope, prepared.refused);
  const changes = differing(resource, { ...sent, ...prepared.values }, row);
  const further = [...(prepared.before ?? []), ...(prepared.after ?? [])];
  const after: Row = { ...row, ...changes, ...nextVersion(row) };
  if (Object.keys(changes).length > 0 || further.length > 0) {
    const committed = await commit(scope, {
      org_id: actor.org_id,
      actor: auditActor(actor),
      action: `${resource.name}.updated`,
      target: { type: resource.name, id: String(row.id) },
      details: {
        before: auditFields(resource, row, Object.keys(changes)),
        after: auditFields(resource, after, Object.keys(changes)),
        ...prepared.details,
      },
      preconditions: [unchanged(db, resource, actor.org_id, row), ...(prepared.preconditions ?? [])],
      statements: [
        ...(prepared.before ?? []),
        statement(
          db
            .update(resource.table)
            .set(columnsOf(resource, { ...changes, ...nextVersion(row) }))
            .where(thisRow(resource, actor.org_id, String(row.id))),
        ),
        ...(prepared.after ?? []),
      ],
      effects: prepared.effects ?? [],
    });
    if (isRefused(committed)) return refused(scope, committed.refused);
  }
  const now = (await readRow(db, resource, actor.org_id, String(row.id))) ?? after;
  const [extra] = await decorated(hooks, [now], context, true);
  return json(scope, show(resource, now, extra), { headers: withEtag(now) });
}

const nextVersion = (row: Row): Row => (typeof row.version === "number" ? { version: row.version + 1 } : {});
