import * as z from "zod";
import { isRefused, refuse } from "../../../schema/kernel/errors.ts";
import { delivery as deliveryResource } from "../../../schema/resources/delivery.ts";
import { textOf } from "../api/hooks.ts";
import { notFound } from "../api/row-response.ts";
import { readRow } from "../api/rows.ts";
import { show } from "../api/shape.ts";
import { auditActor, commit } from "../audit/commit.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import { databaseOf } from "../store/database.ts";

/** POST /v1/deliveries/{id}/replay: once more, from the first try on. */
export const replayDeliveryRoute: AdminRoute = {
  method: "post",
  path: "/v1/deliveries/{id}/replay",
  operation_id: "replayDelivery",
  tag: "Alerts",
  summary: "Send a delivery again",
  description:
    "Sends a message that was sent or given up once more, within a minute, with all of its tries. It bears the same `x-ao-delivery` as before.",
  security: "admin",
  permission: "channels:write",
  params: { id: "The id of the delivery." },
  headers: {},
  body: null,
  responses: {
    200: {
      description: "The delivery, which waits again.",
      schema: z.looseObject({ id: z.string(), status: z.string() }),
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
    "store_unavailable",
    "audit_broken",
  ],
  async handle(input, scope, actor) {
    const db = databaseOf(scope.env.DB);
    const row = await readRow(db, deliveryResource, actor.org_id, input.params.id ?? "");
    if (row === null) return notFound(scope, deliveryResource);
    const id = textOf(row, "id");
    const ended = "SELECT 1 FROM notification_deliveries WHERE org_id = ? AND id = ? AND status <> 'pending'";
    const committed = await commit(scope, {
      org_id: actor.org_id,
      actor: auditActor(actor),
      action: "delivery.replayed",
      target: { type: "delivery", id },
      details: { status: textOf(row, "status"), channel_id: textOf(row, "channel_id") },
      preconditions: [
        {
          statement: { sql: ended, params: [actor.org_id, id] },
          refusal: refuse("conflict", { message: "This message waits for its next try already." }).refused,
        },
      ],
      statements: [
        {
          sql: "UPDATE notification_deliveries SET status = 'pending', tries = 0, next_attempt_at = ?, finished_at = NULL WHERE org_id = ? AND id = ? AND status <> 'pending'",
          params: [scope.started_at, actor.org_id, id],
        },
      ],
      effects: [],
    });
    if (isRefused(committed)) return refused(scope, committed.refused);
    return json(scope, show(deliveryResource, (await readRow(db, deliveryResource, actor.org_id, id)) ?? row));
  },
};
