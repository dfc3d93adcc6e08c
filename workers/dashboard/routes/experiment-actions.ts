import { getTableColumns } from "drizzle-orm";
import * as z from "zod";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { experiment } from "../../../schema/resources/experiment.ts";
import { experiments } from "../../../schema/tables/tables.ts";
import type { HookContext, Row } from "../api/hooks.ts";
import { notFound, withEtag } from "../api/row-response.ts";
import { readRow } from "../api/rows.ts";
import { show, shownSchema } from "../api/shape.ts";
import { auditFields, thisRow, unchanged } from "../api/stored-write.ts";
import { auditActor, commit } from "../audit/commit.ts";
import { type Decided, promote, revert, start, stop } from "../experiments/actions.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import { databaseOf, statement } from "../store/database.ts";

const promoteBody = z.object({ variant: z.string().min(1).max(30).describe("The name of the variant.") });

const common = {
  tag: "Routing",
  security: "admin",
  permission: "experiments:write",
  method: "post",
  params: { id: "The experiment's id." },
  headers: {},
  responses: { 200: { description: "The experiment, as it is now.", schema: shownSchema(experiment) } },
  errors: [
    "invalid_request",
    "invalid_api_key",
    "not_signed_in",
    "origin_denied",
    "forbidden",
    "not_found",
    "conflict",
    "precondition_failed",
    "store_unavailable",
    "audit_broken",
  ],
} as const;

/** POST /v1/experiments/{id}/start, stop, promote and revert. Doing the same again changes nothing. */
export const experimentActionRoutes: readonly AdminRoute[] = [
  {
    ...common,
    path: "/v1/experiments/{id}/start",
    operation_id: "startExperiment",
    summary: "Start an experiment",
    description:
      "Requests that its conditions hold for are shared among its variants from now on. Each start begins a run with figures of its own; who gets which variant stays the same.",
    body: null,
    handle: ({ params }, scope, actor) => act(params.id ?? "", { scope, actor }, (row) => start(row, scope.started_at)),
  },
  {
    ...common,
    path: "/v1/experiments/{id}/stop",
    operation_id: "stopExperiment",
    summary: "Stop an experiment",
    description: "Requests go where they would go without it. Its figures stay.",
    body: null,
    handle: ({ params }, scope, actor) => act(params.id ?? "", { scope, actor }, (row) => stop(row, scope.started_at)),
  },
  {
    ...common,
    path: "/v1/experiments/{id}/promote",
    operation_id: "promoteExperiment",
    summary: "Promote a variant",
    description: "Every request that takes part gets this variant, until the experiment is stopped or reverted.",
    body: { schema: promoteBody, example: { variant: "mini" } },
    handle: ({ params, body }, scope, actor) => {
      const { variant } = promoteBody.parse(body);
      return act(params.id ?? "", { scope, actor }, (row) => promote(row, scope.started_at, variant));
    },
  },
  {
    ...common,
    path: "/v1/experiments/{id}/revert",
    operation_id: "revertExperiment",
    summary: "Revert the last decision",
    description:
      "A promoted experiment runs on; variants that were stopped serve their share again. It decides nothing by itself any more until `automatic` is set again.",
    body: null,
    handle: ({ params }, scope, actor) =>
      act(params.id ?? "", { scope, actor }, (row) => revert(row, scope.started_at)),
  },
];

async function act(id: string, context: HookContext, decide: (row: Row) => Decided): Promise<Response> {
  const { scope, actor } = context;
  const db = databaseOf(scope.env.DB);
  const row = await readRow(db, experiment, actor.org_id, id);
  if (row === null) return notFound(scope, experiment);
  const decided = decide(row);
  if (decided === null) return json(scope, show(experiment, row), { headers: withEtag(row) });
  if (isRefused(decided)) return refused(scope, decided.refused);
  const after: Row = { ...row, ...decided.values, version: Number(row.version) + 1 };
  const committed = await commit(scope, {
    org_id: actor.org_id,
    actor: auditActor(actor),
    action: `experiment.${decided.verb}`,
    target: { type: "experiment", id },
    details: {
      before: auditFields(experiment, row, Object.keys(decided.values)),
      after: auditFields(experiment, after, Object.keys(decided.values)),
      ...decided.details,
    },
    preconditions: [unchanged(db, experiment, actor.org_id, row)],
    statements: [
      statement(
        db
          .update(experiments)
          .set(storedOf({ ...decided.values, version: after.version }))
          .where(thisRow(experiment, actor.org_id, id)),
      ),
    ],
    effects: [],
  });
  if (isRefused(committed)) return refused(scope, committed.refused);
  return json(scope, show(experiment, after), { headers: withEtag(after) });
}

const storedSchema = z.custom<Partial<typeof experiments.$inferInsert>>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).every((name) => name in getTableColumns(experiments)),
);
const storedOf = (values: Row) => storedSchema.parse(values);
