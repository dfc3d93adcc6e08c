import { NANO_PER_USD, type NanoUsd, nanoUsd } from "../schema/kernel/money.ts";
import { periodAt } from "../schema/kernel/period.ts";
import { NO_RATE_LIMITS } from "../schema/wire/rate-limits.ts";
import type { WalletSettings } from "../schema/wire/wallet-settings.ts";
import { CACHED_TEAMS } from "./caching.ts";
import { type DemoWallet, KEYS, PEOPLE, TEAMS, type TeamName, WALLETS, type WalletSlug } from "./cast.ts";
import { type DemoIds, demoIds } from "./ids.ts";
import { MONEY } from "./money.ts";
import { DAY_MS, type DemoRequest, EVENTS, HOUR_MS, trafficOf } from "./traffic.ts";

/** Where the story plays: in which org, whose owner is who, and when it ends, which is when it was first started. */
export interface Stage {
  readonly seed: number;
  readonly now: number;
  readonly org_id: string;
  readonly owner: { readonly user_id: string; readonly email: string };
}

/** The story with everybody's ids. */
export interface Story extends Stage {
  readonly ids: DemoIds;
  /** A day before the first request. */
  readonly begins_at: number;
  readonly requests: readonly DemoRequest[];
  readonly team_ids: ReadonlyMap<TeamName, string>;
  readonly wallet_ids: ReadonlyMap<WalletSlug, string>;
  readonly key_ids: ReadonlyMap<string, string>;
  readonly limits: ReadonlyMap<WalletSlug, NanoUsd>;
  readonly experiment_id: string;
  readonly cache_setting_ids: ReadonlyMap<(typeof CACHED_TEAMS)[number], string>;
  readonly rule_ids: { readonly fallback: string; readonly cheap: string; readonly deny: string };
}

export function storyOf(stage: Stage): Story {
  const { seed, now } = stage;
  const ids = demoIds(seed);
  const begins_at = Math.floor(now / HOUR_MS) * HOUR_MS - 31 * DAY_MS;
  const requests = trafficOf(seed, now);
  return {
    ...stage,
    ids,
    begins_at,
    requests,
    team_ids: new Map(TEAMS.map((name) => [name, ids.id("team", begins_at, name)])),
    wallet_ids: new Map(WALLETS.map(({ slug }) => [slug, ids.id("wallet", begins_at, slug)])),
    key_ids: new Map(KEYS.map(({ slug }) => [slug, ids.id("key", begins_at, slug)])),
    limits: limitsOf(requests, now),
    experiment_id: ids.id("experiment", now - 13 * DAY_MS, "support"),
    cache_setting_ids: new Map(
      CACHED_TEAMS.map((team) => [team, ids.id("cache_setting", now - EVENTS.cache * DAY_MS, team)]),
    ),
    rule_ids: {
      fallback: ids.id("routing_rule", now - 20 * DAY_MS, "fallback"),
      cheap: ids.id("routing_rule", now - 25 * DAY_MS, "cheap"),
      deny: ids.id("routing_rule", now - 25 * DAY_MS, "deny"),
    },
  };
}

/** What is looked up by a name of the cast is there. */
export function known<Name, Value>(map: ReadonlyMap<Name, Value>, name: Name): Value {
  const value = map.get(name);
  if (value === undefined) throw new Error(`the demo knows nothing of ${String(name)}`);
  return value;
}

export const personId = ({ ids, begins_at }: Story, slug: string): string => ids.id("user", begins_at, slug);
export const memberId = ({ ids, begins_at }: Story, slug: string): string => ids.id("member", begins_at, slug);
export const emailOf = (slug: string): string => `${slug}@demo.example`;

/** Who acts, as the audit log and money requests name them. */
export function actorOf(story: Story, slug: string | null) {
  if (slug === null) return { type: "user", id: story.owner.user_id, name: story.owner.email } as const;
  if (!PEOPLE.some((person) => person.slug === slug)) throw new Error(`nobody in the demo is called ${slug}`);
  return { type: "user", id: personId(story, slug), name: emailOf(slug) } as const;
}

export const settingsOf = (story: Story, wallet: DemoWallet, version = 1): WalletSettings => ({
  wallet_id: known(story.wallet_ids, wallet.slug),
  org_id: story.org_id,
  name: wallet.name,
  version,
  limit_nano_usd: known(story.limits, wallet.slug),
  hard: true,
  overdraft_percent: 0,
  period: wallet.period,
  time_zone: "UTC",
  start_day: 1,
  carry_over: false,
  thresholds: [80, 90, 95],
  maximum_per_request_nano_usd: null,
  frozen: false,
  parent_id: wallet.parent === null ? null : known(story.wallet_ids, wallet.parent),
  cost_center: wallet.cost_center,
  team_id: wallet.team === null ? null : known(story.team_ids, wallet.team),
  ends_at: null,
  rate_limits: NO_RATE_LIMITS,
});

/** Limits that leave each wallet as full as the cast says: by the dearest month, or by all where no period turns. */
function limitsOf(requests: readonly DemoRequest[], now: number): ReadonlyMap<WalletSlug, NanoUsd> {
  const month = periodAt("month", "UTC", 1, now).start;
  return new Map(
    WALLETS.map(({ slug, period, limit }) => {
      if ("usd" in limit) return [slug, nanoUsd(limit.usd * NANO_PER_USD)] as const;
      const own = requests.filter(({ wallet }) => isBelow(wallet, slug));
      const spent = (some: readonly DemoRequest[]) => some.reduce((sum, { cost_nano_usd }) => sum + cost_nano_usd, 0);
      const before = spent(own.filter(({ at }) => at < month));
      const since = spent(own) - before;
      const most = period === "none" ? spent(own) : Math.max(before, since);
      const dollars = Math.max(1, Math.ceil(most / limit.full / NANO_PER_USD - movedTo(slug)));
      return [slug, nanoUsd(dollars * NANO_PER_USD)] as const;
    }),
  );
}

/** What was moved to a wallet, less what was moved from it, in dollars. */
const movedTo = (slug: WalletSlug): number =>
  MONEY.filter(({ status }) => status === "done").reduce(
    (sum, { from, to, usd }) => sum + (to === slug ? usd : 0) - (from === slug ? usd : 0),
    0,
  );

function isBelow(wallet: WalletSlug, above: WalletSlug): boolean {
  for (let at: WalletSlug | null = wallet; at !== null; at = WALLETS.find(({ slug }) => slug === at)?.parent ?? null) {
    if (at === above) return true;
  }
  return false;
}
