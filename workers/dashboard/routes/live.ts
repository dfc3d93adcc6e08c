import { walletClient } from "../../../schema/clients/wallet-client.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { wallet as walletResource } from "../../../schema/resources/wallet.ts";
import { type Actor, mayAnywhere, teamsWith } from "../access/actor.ts";
import { identifyActor } from "../access/identify.ts";
import { notFound } from "../api/row-response.ts";
import { readRow } from "../api/rows.ts";
import { refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { type EventSink, eventStream } from "../live/event-stream.ts";
import { followObjects } from "../live/follow.ts";
import { objectsOf, WATCHED_MAX, watchedObjects } from "../live/watched.ts";
import { databaseOf } from "../store/database.ts";

const common = {
  method: "get",
  tag: "Wallets",
  security: "admin",
  permission: "wallets:read",
  headers: {},
  body: null,
} as const;

const EVENTS =
  "`wallet` has a wallet as it is now: `wallet_id`, `limit_usd`, `balance_usd`, `spent_usd`, `held_usd`, `leased_usd`, `available_usd`, `open_holds`, `frozen`, `resets_at`. `request` is a request that has ended, for whoever may read it in the request log, if only because it was booked to a team of theirs: `id`, `at`, `wallet_id`, `team_id`, `key_id`, `provider_id`, `model`, `feature`, `outcome`, `status`, `cost_usd`, `latency_ms`. `left_out` says how many requests were too many to send. A comment comes every 15 seconds. It is a view and no record: what happened while nobody was connected is in the request log and the ledger. It ends when the session does, and when the teams change whose requests the caller may see: connect anew then.";

const stream = {
  200: { description: "Server-sent events, until the caller leaves.", content_type: "text/event-stream" },
} as const;

/** GET /v1/wallets/{id}/live: a wallet, as it changes. */
export const walletLiveRoute: AdminRoute = {
  ...common,
  path: "/v1/wallets/{id}/live",
  operation_id: "watchWallet",
  summary: "Watch a wallet",
  description: `What the wallet's object does, pushed by it as it happens, at most a few times a second. ${EVENTS}`,
  params: { id: "The wallet's id." },
  responses: stream,
  errors: ["invalid_api_key", "not_signed_in", "forbidden", "not_found", "store_unavailable", "wallet_unavailable"],
  async handle({ http, params }, scope, actor) {
    const db = databaseOf(scope.env.DB);
    const id = params.id ?? "";
    const row = await readRow(db, walletResource, actor.org_id, id);
    if (row === null) return notFound(scope, walletResource);
    try {
      // A wallet that nobody has used yet takes its settings from D1 first.
      await walletClient(scope.env, scope.effects, id).state();
    } catch (error) {
      log("error", "wallet_unanswered", { request_id: scope.request_id, wallet_id: id, reason: String(error) });
      return refused(scope, { code: "wallet_unavailable", retry_after_ms: 1_000 });
    }
    const object_ids = objectsOf(id, Number(row.shards));
    return live(http, scope, actor, (sink) => followObjects(scope, object_ids, seenTeams(actor), sink));
  },
};

/** GET /v1/live: the org's wallets, as they change. */
export const liveRoute: AdminRoute = {
  ...common,
  path: "/v1/live",
  operation_id: "watchOrg",
  summary: "Watch all wallets",
  description: `What the organisation's wallets do, pushed by them as it happens: of up to ${WATCHED_MAX} objects, those first of the teams whose requests alone the caller sees, then those that had most requests in the last day. The first event, \`hello\`, says how many \`wallets\` are watched \`of\` how many. ${EVENTS}`,
  responses: stream,
  errors: ["invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"],
  async handle({ http }, scope, actor) {
    const teams = seenTeams(actor);
    const watched = await watchedObjects(databaseOf(scope.env.DB), actor.org_id, teams ?? [], scope.started_at);
    return live(http, scope, actor, async (sink) => {
      sink.send("hello", { wallets: watched.wallets, of: watched.of });
      await followObjects(scope, watched.object_ids, teams, sink);
    });
  },
};

/** The teams whose requests alone the caller sees, as in the request log; null is all. */
const seenTeams = (actor: Actor): readonly string[] | null => teamsWith(actor, "requests:read");

const sameTeams = (one: readonly string[] | null, other: readonly string[] | null): boolean =>
  one === null || other === null
    ? one === other
    : one.length === other.length && one.every((team_id) => other.includes(team_id));

function live(http: Request, scope: ConsoleScope, actor: Actor, feed: (sink: EventSink) => Promise<void>): Response {
  const body = eventStream({
    effects: scope.effects,
    feed,
    waitUntil: scope.waitUntil,
    endBecause: async () => {
      const now = await identifyActor(http, { ...scope, started_at: scope.effects.now() });
      if (isRefused(now) || now.org_id !== actor.org_id || !mayAnywhere(now, common.permission)) {
        return "no_longer_allowed";
      }
      // What is sent goes by the teams of the beginning: with others it begins anew.
      return sameTeams(seenTeams(actor), seenTeams(now)) ? null : "rights_changed";
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      // Proxies such as nginx would otherwise collect the events.
      "x-accel-buffering": "no",
      "x-request-id": scope.public_request_id,
      "x-ao-request-id": scope.request_id,
    },
  });
}
