import * as z from "zod";
import { channelOwner } from "../../../schema/credential/owners.ts";
import { openCredential } from "../../../schema/credential/seal.ts";
import { isRefused, refuse } from "../../../schema/kernel/errors.ts";
import type { Channel, Sent } from "../../../schema/notifications/channel.ts";
import { channelKind } from "../../../schema/notifications/channel-kinds.ts";
import { sendBy } from "../../../schema/notifications/channels/registry.ts";
import type { Notification } from "../../../schema/notifications/notification.ts";
import { channel as channelResource } from "../../../schema/resources/channel.ts";
import type { Actor } from "../access/actor.ts";
import { type Row, textOf, textOrNull } from "../api/hooks.ts";
import { notFound } from "../api/row-response.ts";
import { readRow } from "../api/rows.ts";
import { auditActor, commit } from "../audit/commit.ts";
import { openingKeys } from "../credentials/keys.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { databaseOf } from "../store/database.ts";

/** POST /v1/channels/{id}/test: one message, now, and what the receiver said to it. */
export const testChannelRoute: AdminRoute = {
  method: "post",
  path: "/v1/channels/{id}/test",
  operation_id: "testChannel",
  tag: "Alerts",
  summary: "Test a channel",
  description:
    "Sends a test message, once and at once, and tells what the receiver answered. By e-mail it goes to the channel's addresses, or to whoever is signed in when it has none.",
  security: "admin",
  permission: "channels:write",
  params: { id: "The id of the channel." },
  headers: {},
  body: null,
  responses: {
    200: {
      description: "What came of it.",
      schema: z.object({
        ok: z.boolean(),
        delivery_id: z.string().describe("What the message bore as `x-ao-delivery`."),
        http_status: z.int().nullable().describe("What was answered; null when nothing was."),
        problem: z.string().nullable(),
        answer: z.string().describe("The beginning of the answer's body."),
        latency_ms: z.int(),
      }),
      example: { ok: true, delivery_id: "dlv_01", http_status: 200, problem: null, answer: "ok", latency_ms: 41 },
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
    const row = await readRow(databaseOf(scope.env.DB), channelResource, actor.org_id, input.params.id ?? "");
    if (row === null) return notFound(scope, channelResource);
    const opened = await openRow(row, scope, actor);
    if (opened === null) {
      return refused(
        scope,
        refuse("conflict", { message: "The channel's credential does not open. Enter it anew, then try again." })
          .refused,
      );
    }
    const recipients = recipientsOf(row, actor);
    if (recipients === null) {
      return refused(
        scope,
        refuse("conflict", {
          message: "The channel has no address that a test could go to. Enter one in `addresses`, or sign in.",
          param: "addresses",
        }).refused,
      );
    }
    // Before it is sent: nobody makes this platform call somebody without a trace.
    const committed = await commit(scope, {
      org_id: actor.org_id,
      actor: auditActor(actor),
      action: "channel.tested",
      target: { type: "channel", id: opened.id },
      details: {},
      preconditions: [],
      statements: [],
      effects: [],
    });
    if (isRefused(committed)) return refused(scope, committed.refused);
    const delivery_id = scope.effects.newId("delivery");
    const begun = scope.effects.now();
    const sent = await sendBy(
      opened,
      { delivery_id, recipients, notification: testMessage(opened, delivery_id, begun) },
      {
        now: scope.effects.now,
        fetch: scope.effects.fetch,
        allow_private: scope.config.AO_ALLOW_PRIVATE_UPSTREAMS,
        read_answer: true,
      },
    );
    return json(scope, shown(sent, delivery_id, scope.effects.now() - begun));
  },
};

async function openRow(row: Row, scope: ConsoleScope, { org_id }: Actor): Promise<Channel | null> {
  const id = textOf(row, "id");
  const sealed = textOrNull(row, "credential");
  if (sealed === null) return null;
  const opened = await openCredential(await openingKeys(scope, org_id), channelOwner(org_id, id), sealed);
  if (opened.status !== "opened") return null;
  return {
    id,
    org_id,
    kind: textOf(row, "kind"),
    url: textOrNull(row, "url"),
    sender: textOrNull(row, "sender"),
    region: textOrNull(row, "region"),
    credential: opened.credential,
  };
}

const addressesSchema = z.array(z.string());

/** Null where an e-mail would have nobody to go to. */
function recipientsOf(row: Row, actor: Actor): readonly string[] | null {
  if (channelKind(textOf(row, "kind"))?.addressed !== true) return [];
  const addresses = addressesSchema.parse(row.addresses);
  if (addresses.length > 0) return addresses;
  return actor.type === "key" ? null : [actor.user.email];
}

const testMessage = ({ org_id, id }: Channel, source_id: string, at: number): Notification => ({
  type: "test",
  kind: "test",
  org_id,
  source_id,
  at,
  title: "A test of this channel",
  lines: ["Somebody has asked for this message to see whether it arrives. Nothing has happened."],
  tables: [],
  data: { channel_id: id },
});

const shown = ({ taken, http_status, problem, answer }: Sent, delivery_id: string, latency_ms: number) => ({
  ok: taken,
  delivery_id,
  http_status,
  problem,
  answer,
  latency_ms,
});
