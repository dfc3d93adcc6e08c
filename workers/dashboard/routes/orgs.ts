import { eq } from "drizzle-orm";
import * as z from "zod";
import { isRefused, refuse } from "../../../schema/kernel/errors.ts";
import { members } from "../../../schema/tables/console.ts";
import { rotateDataKey } from "../credentials/rotate.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute, SessionRoute } from "../http/route.ts";
import { nameField } from "../identity/credentials.ts";
import { createOrg } from "../orgs/create-org.ts";
import { dataJurisdictionField } from "../orgs/data-jurisdiction.ts";
import { acceptInvitation } from "../orgs/invitation.ts";
import { databaseOf } from "../store/database.ts";

/** One person seldom needs more; a loop would otherwise make them without end. */
const ORGS_PER_USER = 20;

const createBody = z.object({ name: nameField, data_jurisdiction: dataJurisdictionField });
const orgShape = z.object({ id: z.string(), name: z.string() });

export const createOrgRoute: SessionRoute = {
  method: "post",
  path: "/v1/orgs",
  operation_id: "createOrg",
  tag: "Organisation",
  summary: "Create an organisation",
  description:
    "Makes an organisation with a first wallet of 25 dollars a month, and you its owner. With a `data_jurisdiction` its objects stay there, for good.",
  security: "session",
  headers: {},
  body: { schema: createBody, example: { name: "Example Ltd" } },
  responses: {
    201: {
      description: "It was made.",
      schema: z.object({ org: orgShape, wallet_id: z.string(), member_id: z.string() }),
      example: { org: { id: "org_01", name: "Example Ltd" }, wallet_id: "wal_01", member_id: "mbr_01" },
    },
  },
  errors: ["invalid_request", "not_signed_in", "origin_denied", "conflict", "store_unavailable", "audit_broken"],
  async handle({ body }, scope, user) {
    const { name, data_jurisdiction = null } = createBody.parse(body);
    const mine = await databaseOf(scope.env.DB).select().from(members).where(eq(members.user_id, user.user_id));
    if (mine.length >= ORGS_PER_USER) {
      return refused(
        scope,
        refuse("conflict", { message: `You belong to ${ORGS_PER_USER} organisations already.` }).refused,
      );
    }
    const made = await createOrg(scope, user, { name, data_jurisdiction });
    if (isRefused(made)) return refused(scope, made.refused);
    return json(scope, made, { status: 201, headers: { location: `/v1/orgs/${made.org.id}` } });
  },
};

const acceptBody = z.object({ token: z.string().min(1).max(200) });

export const acceptInvitationRoute: SessionRoute = {
  method: "post",
  path: "/v1/invitations/accept",
  operation_id: "acceptInvitation",
  tag: "Organisation",
  summary: "Accept an invitation",
  description:
    "Makes you a member of the organisation that invited you. You must be signed in with the invited address.",
  security: "session",
  headers: {},
  body: { schema: acceptBody, example: { token: "aoi_…" } },
  responses: {
    201: { description: "You are a member.", schema: z.object({ org: orgShape, member_id: z.string() }) },
  },
  errors: [
    "invalid_request",
    "not_signed_in",
    "origin_denied",
    "forbidden",
    "not_found",
    "conflict",
    "store_unavailable",
    "audit_broken",
  ],
  async handle({ body }, scope, user) {
    const joined = await acceptInvitation(scope, user, acceptBody.parse(body).token);
    return isRefused(joined) ? refused(scope, joined.refused) : json(scope, joined, { status: 201 });
  },
};

export const rotateDataKeyRoute: AdminRoute = {
  method: "post",
  path: "/v1/orgs/{id}/rotate-data-key",
  operation_id: "rotateDataKey",
  tag: "Organisation",
  summary: "Replace the data key",
  description:
    "Makes a new data key and seals every stored credential anew with it, in one step: requests go on meanwhile. The old keys are deleted, once no stored texts are sealed with them any more.",
  security: "admin",
  permission: "org:own",
  params: { id: "The organisation's id." },
  headers: {},
  body: null,
  responses: {
    200: {
      description: "Everything is sealed with the new key.",
      schema: z.object({ data_key_id: z.string(), resealed: z.int() }),
    },
  },
  errors: [
    "not_found",
    "not_signed_in",
    "invalid_api_key",
    "forbidden",
    "conflict",
    "store_unavailable",
    "audit_broken",
  ],
  async handle({ params }, scope, actor) {
    if (params.id !== actor.org_id) return refused(scope, refuse("not_found").refused);
    const rotated = await rotateDataKey(scope, actor);
    return isRefused(rotated) ? refused(scope, rotated.refused) : json(scope, rotated);
  },
};
