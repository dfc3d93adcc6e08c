import type { Refused } from "../../../schema/kernel/errors.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import { may } from "../access/actor.ts";
import { refusePermission } from "../access/refuse-permission.ts";
import type { RouteInput } from "../http/route.ts";
import { databaseOf } from "../store/database.ts";
import type { HookContext, Hooks, Row } from "./hooks.ts";
import { ifMatchProblem, refuseNotFound } from "./row-response.ts";
import { readRow } from "./rows.ts";

/** The row that is about to be changed: there, the actor's to change, and as the caller has read it. */
export async function rowForWrite(
  resource: Resource,
  hooks: Hooks,
  { http, params }: Pick<RouteInput, "http" | "params">,
  context: HookContext,
): Promise<{ readonly row: Row } | Refused> {
  const { scope, actor } = context;
  const row = await readRow(databaseOf(scope.env.DB), resource, actor.org_id, params.id ?? "");
  if (row === null) return refuseNotFound(resource);
  const permission = resource.permissions.write;
  const team_id = (await hooks.teamOf?.(row, context)) ?? null;
  if (!may(actor, permission, team_id)) return refusePermission(actor, permission);
  return ifMatchProblem(http, row) ?? { row };
}
