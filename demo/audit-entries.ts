import type { JsonObject } from "../schema/kernel/json.ts";
import type { AuditDraft } from "../schema/wire/audit-rpc.ts";
import { KEYS, PEOPLE, PROVIDERS, TEAMS, WALLETS } from "./cast.ts";
import type { Refusal } from "./history.ts";
import { MONEY } from "./money.ts";
import { askedAt, moneyId } from "./rows.ts";
import { actorOf, known, memberId, type Story } from "./story.ts";
import { DAY_MS, EVENTS, HOUR_MS } from "./traffic.ts";

/** What the audit log says of the story, in its order. The chain is written when the demo is made, and says so first. */
export function auditEntries(story: Story, refusals: readonly Refusal[]): readonly AuditDraft[] {
  const { ids, now, begins_at } = story;
  const entry = (
    action: string,
    at: number,
    by: string | null,
    target: AuditDraft["target"],
    details: JsonObject,
  ): AuditDraft => ({
    id: ids.id("audit", at, action, target?.id ?? ""),
    at,
    action,
    target,
    details,
    actor: actorOf(story, by),
    outcome: "done",
    request_id: null,
    ip: null,
  });
  const made = (type: string, id: string, minutes: number, after: JsonObject) =>
    entry(`${type}.created`, begins_at + minutes * 60_000, null, { type, id }, { after });
  const first = entry(
    "demo.begun",
    begins_at,
    null,
    { type: "org", id: story.org_id },
    {
      note: "Demo data: what follows was made up, and happened to nobody.",
    },
  );
  return [
    first,
    ...[
      ...PEOPLE.map(({ slug, name, role }) => made("member", memberId(story, slug), 1, { name, role })),
      ...PROVIDERS.map(({ id, name, kind }) => made("provider", id, 2, { name, kind, enabled: false })),
      ...TEAMS.map((name) => made("team", known(story.team_ids, name), 3, { name })),
      ...WALLETS.map(({ slug, name, period }) => made("wallet", known(story.wallet_ids, slug), 5, { name, period })),
      ...KEYS.map(({ slug, name }) => made("key", known(story.key_ids, slug), 6, { name })),
      entry(
        "routing_rule.created",
        now - 25 * DAY_MS,
        "amara.osei",
        { type: "routing_rule", id: story.rule_ids.cheap },
        { after: { name: "Nightly jobs take what is cheapest" } },
      ),
      entry(
        "routing_rule.created",
        now - EVENTS.fallback_rule * DAY_MS,
        "amara.osei",
        { type: "routing_rule", id: story.rule_ids.fallback },
        { after: { name: "Support answers survive an outage" } },
      ),
      entry(
        "experiment.created",
        now - EVENTS.experiment * DAY_MS - HOUR_MS,
        "amara.osei",
        { type: "experiment", id: story.experiment_id },
        { after: { name: "A smaller model for support" } },
      ),
      entry(
        "experiment.started",
        now - EVENTS.experiment * DAY_MS,
        "amara.osei",
        { type: "experiment", id: story.experiment_id },
        { run: 1 },
      ),
      entry("key.revoked", now - 11 * DAY_MS, "noor.haddad", { type: "key", id: known(story.key_ids, "intern") }, {}),
      entry(
        "wallet.updated",
        now - 6 * DAY_MS,
        "amara.osei",
        { type: "wallet", id: known(story.wallet_ids, "legacy") },
        { before: { frozen: false }, after: { frozen: true } },
      ),
      ...MONEY.flatMap((move) => {
        const target = { type: move.kind, id: moneyId(story, move) };
        const asked = entry(`${move.kind}.requested`, askedAt(story, move), move.by, target, {
          amount_usd: move.usd.toFixed(2),
          reason: move.reason,
        });
        if (move.status === "pending") return [asked];
        const at = now - move.hours_ago * HOUR_MS;
        const decided = move.status === "rejected" ? "rejected" : "approved";
        return move.decided_by === null
          ? [asked, entry(`${move.kind}.done`, at, move.by, target, {})]
          : [
              asked,
              entry(
                `${move.kind}.${decided}`,
                at,
                move.decided_by,
                target,
                move.decision === null ? {} : { reason: move.decision },
              ),
            ];
      }),
      ...blocked(story, refusals),
    ].sort((a, b) => a.at - b.at),
  ];
}

const MESSAGES: Readonly<Record<Refusal["code"], string>> = {
  wallet_frozen: "This wallet is frozen.",
  wallet_exhausted: "This wallet has nothing left in this period.",
  request_exceeds_wallet: "This request may cost more than the wallet has left.",
};

/** Refused requests, one entry for those of a key in an hour, as the gateway tells of them. */
function blocked(story: Story, refusals: readonly Refusal[]): AuditDraft[] {
  const hours = new Map<string, Refusal[]>();
  for (const refusal of refusals) {
    const { request, code } = refusal;
    const place = `${request.key}/${code}/${Math.floor(request.at / HOUR_MS)}`;
    hours.set(place, [...(hours.get(place) ?? []), refusal]);
  }
  return [...hours].flatMap(([place, some]) => {
    const [first] = some;
    if (first === undefined) return [];
    const { request, request_id, code } = first;
    const key = KEYS.find(({ slug }) => slug === request.key);
    return [
      {
        id: story.ids.id("audit", request.at, place),
        at: request.at,
        actor: { type: "key" as const, id: known(story.key_ids, request.key), name: key?.name ?? request.key },
        action: "request.blocked",
        outcome: "blocked" as const,
        target: { type: "model", id: request.model },
        request_id,
        ip: null,
        details: {
          code,
          message: MESSAGES[code],
          model: request.model,
          wallet_id: known(story.wallet_ids, request.wallet),
          route: "/v1/chat/completions",
          count: some.length,
        },
      },
    ];
  });
}
