import { CACHE_DEFAULTS } from "../schema/caching/cache-setting.ts";
import { NANO_PER_USD } from "../schema/kernel/money.ts";
import { formatTime } from "../schema/kernel/time.ts";
import type { SqlStatement, SqlValue } from "../scripts/platform/sql-database.ts";
import { CACHED_TEAMS, SHADOW_DAYS } from "./caching.ts";
import { KEYS, PEOPLE, PROVIDERS, TEAMS, WALLETS } from "./cast.ts";
import { hash } from "./ids.ts";
import { MONEY, type MoneyMove } from "./money.ts";
import { actorOf, emailOf, known, memberId, personId, type Story, settingsOf } from "./story.ts";
import { DAY_MS, EVENTS, HOUR_MS } from "./traffic.ts";
import { SUPPORT_MODEL, SUPPORT_SMALLER } from "./workloads.ts";

type Row = Readonly<Record<string, SqlValue>>;

/**
 * Whatever requests are named by but their wallets: people, teams, providers, rules, the experiment. As they are at the end
 * of the story. Repeating any of this changes nothing.
 */
export function namesOf(story: Story): readonly SqlStatement[] {
  return [
    ...PEOPLE.flatMap((person) => personRows(story, person.slug)),
    ...TEAMS.map((name) => insert("teams", { id: known(story.team_ids, name), name, ...common(story, 3) })),
    ...PEOPLE.flatMap(({ slug, team, lead }) =>
      team === null
        ? []
        : [
            insert("team_members", {
              id: placeId(story, slug),
              team_id: known(story.team_ids, TEAMS.find((name) => name === team) ?? TEAMS[0]),
              member_id: memberId(story, slug),
              role: lead === true ? "lead" : "member",
              ...common(story, 4),
            }),
          ],
    ),
    ...PROVIDERS.map((provider) => insert("providers", { ...provider, enabled: 0, ...common(story, 2) })),
    ...ruleRows(story),
    experimentRow(story),
    ...cacheRows(story),
    { sql: "UPDATE orgs SET demo = 1 WHERE id = ?", params: [story.org_id] },
  ];
}

/** Wallets and what refers to them. From here on anybody may ask their objects, which have to be there before. */
export function walletsOf(story: Story): readonly SqlStatement[] {
  return [
    ...WALLETS.map((wallet) => insert("wallets", walletRow(story, wallet.slug))),
    ...KEYS.map(({ slug, name, wallet, revoked_days_ago }) =>
      insert("api_keys", {
        id: known(story.key_ids, slug),
        wallet_id: known(story.wallet_ids, wallet),
        name,
        // No key has this hash: nobody can call with it.
        hash: `demo:${story.org_id}:${slug}`,
        hint: `ao_${hash(story.seed, slug).toString(36).slice(0, 5)}`,
        scopes: '["inference"]',
        revoked_at: revoked_days_ago === undefined ? null : story.now - revoked_days_ago * DAY_MS,
        created_by: story.owner.user_id,
        ...common(story, 6),
      }),
    ),
    ...MONEY.map((move) => insert("money_requests", moneyRow(story, move))),
  ];
}

/** The ids of all rows that are made of the story, but for wallets and what is of a wallet. */
export const rowIdsOf = (story: Story): string[] => [
  ...PEOPLE.flatMap(({ slug }) => [personId(story, slug), memberId(story, slug), placeId(story, slug)]),
  ...story.team_ids.values(),
  ...PROVIDERS.map(({ id }) => id),
  ...Object.values(story.rule_ids),
  ...story.cache_setting_ids.values(),
  story.experiment_id,
  ...MONEY.map((move) => moneyId(story, move)),
];

const placeId = ({ ids, begins_at }: Story, slug: string): string => ids.id("team_member", begins_at, slug);

/** All was made on the first day, one after the other. */
const common = ({ org_id, begins_at }: Story, minutes: number) => ({
  org_id,
  created_at: begins_at + minutes * 60_000,
});

const insert = (table: string, row: Row): SqlStatement => ({
  sql: `INSERT OR IGNORE INTO ${table} (${Object.keys(row)
    .map((name) => `"${name}"`)
    .join(", ")}) VALUES (${Object.keys(row)
    .map(() => "?")
    .join(", ")})`,
  params: Object.values(row),
});

function personRows(story: Story, slug: string): readonly SqlStatement[] {
  const { name = slug, role = "member" } = PEOPLE.find((person) => person.slug === slug) ?? {};
  const at = story.begins_at + 60_000;
  return [
    // Without a password: nobody signs in as them.
    insert("users", {
      id: personId(story, slug),
      name,
      email: emailOf(slug),
      email_verified: 1,
      created_at: at,
      updated_at: at,
    }),
    insert("members", { id: memberId(story, slug), user_id: personId(story, slug), role, ...common(story, 1) }),
  ];
}

function walletRow(story: Story, slug: (typeof WALLETS)[number]["slug"]): Row {
  const wallet = WALLETS.find((one) => one.slug === slug);
  if (wallet === undefined) throw new Error(`there is no wallet ${slug}`);
  const frozen = slug === "legacy";
  const { wallet_id: id, name, parent_id, team_id, cost_center, period, limit_nano_usd } = settingsOf(story, wallet);
  return {
    id,
    name,
    parent_id,
    team_id,
    cost_center,
    period,
    limit_nano_usd,
    version: frozen ? 2 : 1,
    frozen: frozen ? 1 : 0,
    ...common(story, 5),
  };
}

/** In shadow at first, and serving for some days now. */
function cacheRows(story: Story): readonly SqlStatement[] {
  return CACHED_TEAMS.map((team) => {
    const team_id = known(story.team_ids, team);
    return insert("cache_settings", {
      id: known(story.cache_setting_ids, team),
      org_id: story.org_id,
      scope: "team",
      team_id,
      target: team_id,
      mode: "both",
      threshold: CACHE_DEFAULTS.threshold,
      ttl_ms: CACHE_DEFAULTS.ttl_ms,
      model_ttls: "[]",
      tool_calls: 0,
      hit_price_percent: 0,
      max_bytes: CACHE_DEFAULTS.max_bytes,
      version: 2,
      created_at: story.now - EVENTS.cache * DAY_MS,
      updated_at: story.now - (EVENTS.cache - SHADOW_DAYS) * DAY_MS,
    });
  });
}

function ruleRows(story: Story): readonly SqlStatement[] {
  const rule = (id: string, priority: number, name: string, when: object, then: object, days_ago: number) =>
    insert("routing_rules", {
      id,
      name,
      priority,
      when: JSON.stringify(when),
      then: JSON.stringify(then),
      org_id: story.org_id,
      created_at: story.now - days_ago * DAY_MS,
    });
  return [
    rule(
      story.rule_ids.fallback,
      10,
      "Support answers survive an outage",
      { feature: "support-answers" },
      { fallback: [SUPPORT_MODEL, "anthropic/claude-sonnet-5-5"] },
      EVENTS.fallback_rule,
    ),
    rule(
      story.rule_ids.cheap,
      20,
      "Nightly jobs take what is cheapest",
      { feature: "invoice-extraction" },
      { cheapest: ["mistral/mistral-small-2603", "gemini/gemini-3.8-flash"] },
      25,
    ),
    rule(
      story.rule_ids.deny,
      30,
      "No dear models in the app",
      { feature: "app-assistant", model: "anthropic/claude-opus-*" },
      { deny: "The app uses small models. Ask the platform team." },
      25,
    ),
  ];
}

const experimentRow = (story: Story): SqlStatement =>
  insert("experiments", {
    id: story.experiment_id,
    org_id: story.org_id,
    name: "A smaller model for support",
    status: "running",
    when: JSON.stringify({ feature: "support-answers" }),
    variants: JSON.stringify([
      { name: "control", percent: 50, model: SUPPORT_MODEL },
      { name: "smaller", percent: 50, model: SUPPORT_SMALLER },
    ]),
    sticky_by: "subject",
    metric: "cost",
    guardrails: JSON.stringify([{ metric: "error_rate", max: 0.05 }]),
    // The demo's own figures decide nothing by themselves.
    automatic: 0,
    run: 1,
    started_at: story.now - EVENTS.experiment * DAY_MS,
    created_at: story.now - EVENTS.experiment * DAY_MS - HOUR_MS,
  });

export const moneyId = (story: Story, move: MoneyMove): string =>
  story.ids.id(move.kind, story.now - move.hours_ago * HOUR_MS, move.slug);

/** When it was asked for: some hours before it was decided, or then, where it waits. */
export const askedAt = (story: Story, { hours_ago, decided_by }: MoneyMove): number =>
  story.now - (hours_ago + (decided_by === null ? 0 : 3)) * HOUR_MS;

function moneyRow(story: Story, move: MoneyMove): Row {
  const by = actorOf(story, move.by);
  const decider = move.decided_by === null ? null : actorOf(story, move.decided_by);
  const done_at = story.now - move.hours_ago * HOUR_MS;
  const to = known(story.wallet_ids, move.to);
  return {
    id: moneyId(story, move),
    org_id: story.org_id,
    kind: move.kind,
    status: move.status,
    wallet_id: move.from === null ? to : null,
    from_wallet_id: move.from === null ? null : known(story.wallet_ids, move.from),
    to_wallet_id: move.from === null ? null : to,
    amount_nano_usd: move.usd * NANO_PER_USD,
    reason: move.reason,
    requested_by: by.id,
    requested_by_name: by.name,
    requester_ids: JSON.stringify([by.id]),
    decided_by: decider?.id ?? null,
    decided_by_name: decider?.name ?? null,
    decided_at: decider === null ? null : done_at,
    decision_reason: move.decision,
    expires_at: move.status === "pending" ? askedAt(story, move) + 2 * DAY_MS : null,
    finished_at: move.status === "done" ? done_at : null,
    created_at: askedAt(story, move),
  };
}

/** What the alerts of the story say that no event of a wallet says. */
export const describeMove = (story: Story, move: MoneyMove) => ({
  amount_usd: move.usd.toFixed(2),
  ...(move.from === null
    ? { wallet_id: known(story.wallet_ids, move.to) }
    : { from_wallet_id: known(story.wallet_ids, move.from), to_wallet_id: known(story.wallet_ids, move.to) }),
  reason: move.reason,
  requested_by: emailOf(move.by),
  expires_at: formatTime(askedAt(story, move) + 2 * DAY_MS),
});
