import * as z from "zod";
import { isRefused, refuse } from "../../../schema/kernel/errors.ts";
import { key as keyResource } from "../../../schema/resources/key.ts";
import { apiKeys } from "../../../schema/tables/tables.ts";
import { may } from "../access/actor.ts";
import { refusePermission } from "../access/refuse-permission.ts";
import { type HookContext, type Row, textOf } from "../api/hooks.ts";
import { notFound } from "../api/row-response.ts";
import { readRow } from "../api/rows.ts";
import { show } from "../api/shape.ts";
import { unchanged } from "../api/stored-write.ts";
import { auditActor, commit, type Precondition } from "../audit/commit.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import { keyHooks, newSecret, scopesExcess, scopesOf } from "../resources/keys.ts";
import { databaseOf, statement } from "../store/database.ts";

const HOUR_MS = 60 * 60 * 1000;
/** A gateway may use what it knows of a key for ten seconds: a shorter overlap than a minute would not be one. */
const SHORTEST_OVERLAP_MS = 60_000;
const LONGEST_OVERLAP_MS = 30 * 24 * HOUR_MS;
const DEFAULT_OVERLAP_MS = 24 * HOUR_MS;

const body = z.object({
  overlap_ms: z
    .int()
    .min(0)
    .max(LONGEST_OVERLAP_MS)
    .refine((value) => value === 0 || value >= SHORTEST_OVERLAP_MS, `must be 0, or at least ${SHORTEST_OVERLAP_MS}`)
    .default(DEFAULT_OVERLAP_MS)
    .describe("How long the old key still works beside the new one; a day unless given, 0 revokes it at once."),
});

/** POST /v1/keys/{id}/rotate: a new key in the place of one, which goes on for a while. */
export const rotateKeyRoute: AdminRoute = {
  method: "post",
  path: "/v1/keys/{id}/rotate",
  operation_id: "rotateKey",
  tag: "Keys",
  summary: "Rotate an API key",
  description:
    "Makes a new key with the same name, wallet, scopes and models. The old one works for `overlap_ms` longer, so that every app can be given the new one meanwhile.",
  security: "admin",
  permission: "keys:write",
  params: { id: "The id of the key to replace." },
  headers: {},
  body: { schema: body, example: { overlap_ms: 86_400_000 } },
  responses: {
    201: {
      description: "The new key, shown once, and when the old one ends.",
      schema: z.looseObject({
        id: z.string(),
        key: z.string(),
        rotated_from: z.string(),
        previous: z.object({ id: z.string(), expires_at: z.string() }),
      }),
      example: {
        id: "key_02",
        key: "ao_…",
        rotated_from: "key_01",
        previous: { id: "key_01", expires_at: "2026-12-02T12:00:00.000Z" },
      },
    },
  },
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
    "wallet_unavailable",
  ],
  async handle(input, scope, actor) {
    const row = await readRow(databaseOf(scope.env.DB), keyResource, actor.org_id, input.params.id ?? "");
    if (row === null) return notFound(scope, keyResource);
    const { overlap_ms } = body.parse(input.body);
    return await rotate(row, overlap_ms, { scope, actor });
  },
};

async function rotate(row: Row, overlap_ms: number, context: HookContext): Promise<Response> {
  const { scope, actor } = context;
  const team_id = (await keyHooks.teamOf?.(row, context)) ?? null;
  if (!may(actor, "keys:write", team_id)) return refused(scope, refusePermission(actor, "keys:write").refused);
  const excess = scopesExcess(actor, scopesOf(row));
  if (excess !== null) return refused(scope, excess.refused);
  const ended = row.revoked_at !== null || (typeof row.expires_at === "number" && row.expires_at <= scope.started_at);
  if (ended)
    return refused(scope, refuse("conflict", { message: "This key has ended already. Make another one." }).refused);
  const old_id = textOf(row, "id");
  const old_ends = Math.min(
    scope.started_at + overlap_ms,
    typeof row.expires_at === "number" ? row.expires_at : Number.POSITIVE_INFINITY,
  );
  const secret = await newSecret(context);
  const id = scope.effects.newId("key");
  const made: Row = {
    ...row,
    id,
    ...secret.values,
    version: 1,
    rotated_from: old_id,
    created_by: actor.type === "key" ? actor.key_id : actor.user.user_id,
    created_at: scope.started_at,
  };
  const db = databaseOf(scope.env.DB);
  const committed = await commit(scope, {
    org_id: actor.org_id,
    actor: auditActor(actor),
    action: "key.rotated",
    target: { type: "key", id: old_id },
    details: { new_key_id: id, overlap_ms },
    preconditions: [notReplaced(actor.org_id, old_id), unchanged(db, keyResource, actor.org_id, row)],
    statements: [
      statement(db.insert(apiKeys).values(insertable(made))),
      {
        sql: "UPDATE api_keys SET expires_at = ?, revoked_at = ?, version = version + 1 WHERE org_id = ? AND id = ?",
        params: [old_ends, overlap_ms === 0 ? scope.started_at : null, actor.org_id, old_id],
      },
    ],
    effects: overlap_ms === 0 ? [{ kind: "revoke_key", wallet_id: textOf(row, "wallet_id"), key_id: old_id }] : [],
  });
  if (isRefused(committed)) return refused(scope, committed.refused);
  const answer = show(keyResource, made, {
    key: secret.key,
    previous: { id: old_id, expires_at: new Date(old_ends).toISOString() },
  });
  return json(scope, answer, { status: 201, headers: { location: `/v1/keys/${id}` } });
}

/** Its end is near for another reason than its own: a key that took its place must not inherit that. */
const notReplaced = (org_id: string, id: string): Precondition => ({
  statement: {
    sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM api_keys WHERE org_id = ? AND rotated_from = ? AND revoked_at IS NULL)",
    params: [org_id, id],
  },
  refusal: refuse("conflict", { message: "Another key is taking the place of this one already. Rotate that one." })
    .refused,
});

const insertSchema = z.custom<typeof apiKeys.$inferInsert>((value) => typeof value === "object" && value !== null);
const insertable = (row: Row): typeof apiKeys.$inferInsert => insertSchema.parse(row);
