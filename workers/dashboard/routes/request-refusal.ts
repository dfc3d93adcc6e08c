import { refuse } from "../../../schema/kernel/errors.ts";
import { teamsWith } from "../access/actor.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import { findRefusal, refusalSchema } from "../requests/refusal.ts";
import { databaseOf } from "../store/database.ts";

const PERMISSION = "requests:read";

const NOT_KEPT = refuse("not_found", {
  message:
    "No refusal of a request with this id is kept. Kept are those by a rule of the organisation or by its wallet, some seconds later; of a burst the newest stands for the others.",
  param: "id",
});

/** GET /v1/requests/{id}/refusal: why a request was refused, which is no row of the log. */
export const requestRefusalRoute: AdminRoute = {
  tag: "Usage",
  security: "admin",
  permission: PERMISSION,
  headers: {},
  body: null,
  method: "get",
  path: "/v1/requests/{id}/refusal",
  operation_id: "getRequestRefusal",
  summary: "Get a request's refusal",
  description:
    "Why a request was refused before anything was held, with the figures that decided: by its wallet (402, 403), by a rule of the organisation, or for a key that was revoked. From the audit log, where the same is an entry `request.blocked`.",
  params: { id: "The request's id, `x-ao-request-id` of its answer." },
  responses: { 200: { description: "The refusal.", schema: refusalSchema } },
  errors: ["invalid_api_key", "not_signed_in", "forbidden", "not_found", "store_unavailable"],
  async handle({ params: { id = "" } }, scope, actor) {
    const db = databaseOf(scope.env.DB);
    const found = await findRefusal(db, actor.org_id, id, teamsWith(actor, PERMISSION));
    return found === null ? refused(scope, NOT_KEPT.refused) : json(scope, found);
  },
};
