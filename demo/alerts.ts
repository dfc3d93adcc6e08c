import { formatUsd, nanoUsd } from "../schema/kernel/money.ts";
import { formatTime } from "../schema/kernel/time.ts";
import { insertAlert, type NewAlert } from "../schema/notifications/alert.ts";
import type { SqlStatement } from "../scripts/platform/sql-database.ts";
import { MONEY } from "./money.ts";
import { askedAt, describeMove, moneyId } from "./rows.ts";
import { known, type Story } from "./story.ts";
import { daysAgo, EVENTS, HOUR_MS, isOutage } from "./traffic.ts";

/** Alerts of the story that come from elsewhere than the wallets' own events, as those tell them who find them. */
export async function storyAlerts(story: Story): Promise<readonly SqlStatement[]> {
  const alerts = [...outage(story), ...anomaly(story), ...asked(story)];
  return Promise.all(
    alerts.map(async (alert) => {
      const { sql, params } = await insertAlert(alert, alert.at);
      return { sql, params };
    }),
  );
}

/** They were told of long ago: nobody is to be written to today. */
export const alertsWereTold = ({ org_id, now }: Story): SqlStatement => ({
  sql: "UPDATE alerts SET routed_at = created_at WHERE org_id = ? AND created_at <= ? AND routed_at IS NULL",
  params: [org_id, now],
});

function outage({ org_id, requests, now }: Story): readonly NewAlert[] {
  const during = requests.filter(({ at }) => isOutage(at, now));
  const [from, to] = [during.at(0)?.at, during.at(-1)?.at];
  if (from === undefined || to === undefined) return [];
  return [
    { state: "down", before: "healthy", at: from + 4 * 60_000, name: "down" },
    { state: "healthy", before: "down", at: to + 60_000, name: "back" },
  ].map(({ state, before, at, name }) => ({
    source: `provider/${org_id}/openai/${state}/${at}`,
    org_id,
    kind: "provider" as const,
    object: { type: "provider", id: "openai" },
    team_id: null,
    at,
    details: { state, before },
    dedupe_key: `provider/openai/${name}`,
  }));
}

/** The first hour of the night in which a job ran wild, beside what that wallet usually spends at night. */
function anomaly(story: Story): readonly NewAlert[] {
  const own = story.requests.filter(({ wallet }) => wallet === "data");
  const hours = new Map<number, number>();
  for (const { at, cost_nano_usd } of own) {
    const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
    hours.set(hour, (hours.get(hour) ?? 0) + cost_nano_usd);
  }
  const found = [...hours].find(
    ([hour]) => daysAgo(hour, story.now) === EVENTS.anomaly && new Date(hour).getUTCHours() === 1,
  );
  if (found === undefined) return [];
  const [hour, spent] = found;
  const usual = [...hours]
    .filter(([at]) => at < hour && new Date(at).getUTCHours() === 1)
    .map(([, cost]) => cost)
    .sort((a, b) => a - b);
  const median = usual[Math.floor(usual.length / 2)] ?? 0;
  const usd = (amount: number) => formatUsd(nanoUsd(Math.round(amount)));
  const wallet_id = known(story.wallet_ids, "data");
  return [
    {
      source: `anomaly/${wallet_id}/${hour}`,
      org_id: story.org_id,
      kind: "anomaly",
      object: { type: "wallet", id: wallet_id },
      team_id: known(story.team_ids, "Data Platform"),
      at: hour + HOUR_MS,
      details: {
        hour: formatTime(hour),
        spent_usd: usd(spent),
        median_usd: usd(median),
        usual_up_to_usd: usd((usual.at(-1) ?? 0) * 1.2),
      },
      dedupe_key: `anomaly/${wallet_id}`,
    },
  ];
}

const asked = (story: Story): readonly NewAlert[] =>
  MONEY.filter(({ kind, status }) => status !== "done" || kind !== "adjustment").map((move) => ({
    source: `money/${moneyId(story, move)}`,
    org_id: story.org_id,
    kind: "budget_request",
    object: { type: move.kind, id: moneyId(story, move) },
    team_id: null,
    at: askedAt(story, move),
    details: describeMove(story, move),
    dedupe_key: `money/${moneyId(story, move)}`,
  }));
