import { getTableColumns } from "drizzle-orm";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import { may } from "../access/actor.ts";
import { refusePermission } from "../access/refuse-permission.ts";
import { auditActor, commit, type Precondition } from "../audit/commit.ts";
import { refused } from "../http/respond.ts";
import type { RouteInput } from "../http/route.ts";
import { type Database, databaseOf, statement } from "../store/database.ts";
import type { HookContext, Hooks, Prepared, Row } from "./hooks.ts";
import { earlierAnswer, type Idempotent, keepAnswer, readIdempotent, wasOvertaken } from "./idempotency.ts";
import { decorated } from "./read.ts";
import { withEtag } from "./row-response.ts";
import { show, toColumns } from "./shape.ts";
import { auditFields, thisRow } from "./stored-write.ts";

/**
 * POST of a resource. In this order: permission, idempotency, the hook's refusals, then one transaction with its audit
 * entry, then the wallet objects.
 */
export async function handleCreate(
  resource: Resource,
  hooks: Hooks,
  input: RouteInput,
  context: HookContext,
): Promise<Response> {
  const { scope, actor } = context;
  const read = await readIdempotent(input.http, actor, `create ${resource.name}`, input.body);
  if (isRefused(read)) return refused(scope, read.refused);
  const { idempotent } = read;
  const earlier = idempotent === null ? null : await earlierAnswer(scope, actor.org_id, idempotent);
  if (earlier !== null) return isRefused(earlier) ? refused(scope, earlier.refused) : earlier;
  const made = await create(resource, hooks, input, context, idempotent);
  if (!isRefused(made)) return made;
  // Another call with the same idempotency key was faster: its answer is this one's too.
  const other = idempotent !== null && wasOvertaken(made) ? await earlierAnswer(scope, actor.org_id, idempotent) : null;
  if (other === null) return refused(scope, made.refused);
  return isRefused(other) ? refused(scope, other.refused) : other;
}

async function create(
  resource: Resource,
  hooks: Hooks,
  input: RouteInput,
  context: HookContext,
  idempotent: Idempotent | null,
): Promise<Response | Refused> {
  const { scope, actor } = context;
  const given = toColumns(resource, bodyOf(input));
  const team_id = (await hooks.teamOf?.(given, context)) ?? null;
  const permission = resource.permissions.write;
  if (!may(actor, permission, team_id)) return refusePermission(actor, permission);
  const prepared = (await hooks.create?.(given, context)) ?? {};
  if (isRefused(prepared)) return prepared;
  const row = newRow(resource, context, given, prepared);
  const [extra] = await decorated(hooks, [row], context, false);
  const answer = createdAnswer(resource, row, { ...extra, ...prepared.once });
  const kept = idempotent === null ? null : await keepAnswer(scope, actor.org_id, idempotent, answer);
  const db = databaseOf(scope.env.DB);
  const committed = await commit(scope, {
    org_id: actor.org_id,
    actor: auditActor(actor),
    action: `${resource.name}.created`,
    target: { type: resource.name, id: String(row.id) },
    details: { after: auditFields(resource, row, Object.keys(given)), ...prepared.details },
    preconditions: [
      ...(kept === null ? [] : [kept.precondition]),
      ...(prepared.preconditions ?? []),
      ...(resource.id === "given" ? [idIsFree(db, resource, actor.org_id, String(row.id))] : []),
    ],
    statements: [
      ...(prepared.before ?? []),
      statement(db.insert(resource.table).values(columnsOf(resource, row))),
      ...(prepared.after ?? []),
      ...(kept?.statements ?? []),
    ],
    effects: prepared.effects ?? [],
  });
  // It is made. A wallet that did not answer takes its settings at its first use, or from the job.
  if (isRefused(committed) && committed.refused.code !== "wallet_unavailable") return committed;
  return new Response(answer.body, {
    status: answer.status,
    headers: { ...answer.headers, "x-request-id": scope.public_request_id },
  });
}

const bodyOf = ({ body }: RouteInput): Row => (typeof body === "object" && body !== null ? { ...body } : {});

function newRow(resource: Resource, { scope, actor }: HookContext, given: Row, prepared: Prepared): Row {
  return {
    ...defaults(resource),
    ...(resource.id === "given" ? {} : { id: scope.effects.newId(resource.id) }),
    ...given,
    ...prepared.values,
    org_id: actor.org_id,
    ...(resource.table.version === undefined ? {} : { version: 1 }),
    created_at: scope.started_at,
  };
}

/** What the table fills in by itself, so that the answer shows it too. */
function defaults(resource: Resource): Row {
  return Object.fromEntries(
    Object.entries(getTableColumns(resource.table)).map(([name, { default: value }]) => [name, value ?? null]),
  );
}

/** Only the table's own columns: fields that became something else are left out. */
export function columnsOf(resource: Resource, row: Row): Record<string, unknown> {
  const names = Object.keys(getTableColumns(resource.table));
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));
}

function createdAnswer(resource: Resource, row: Row, extra: Row) {
  return {
    status: 201,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      location: `${resource.path}/${encodeURIComponent(String(row.id))}`,
      ...withEtag(row),
    },
    body: JSON.stringify(show(resource, row, extra)),
  };
}

function idIsFree(db: Database, resource: Resource, org_id: string, id: string): Precondition {
  const taken = statement(
    db
      .select({ id: resource.table.id })
      .from(resource.table)
      .where(thisRow(resource, org_id, id)),
  );
  return {
    statement: { sql: `SELECT 1 WHERE NOT EXISTS (${taken.sql})`, params: taken.params },
    refusal: refuse("conflict", {
      message: `There is a ${resource.name} with the id "${id}" already. Choose another id, or change that one.`,
      param: "id",
    }).refused,
  };
}
