import { formatUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import type { NewAlert } from "../../../schema/notifications/alert.ts";
import type { EventOf } from "../../../schema/wire/events.ts";
import type { StoredEvent } from "../events/rows.ts";

/** The alerts that events are, those that say the most first: what is below them is swallowed by them. */
export function alertsOfEvents(events: readonly StoredEvent[]): readonly NewAlert[] {
  return events.flatMap(alertOf).toSorted((one, other) => (other.rank ?? 0) - (one.rank ?? 0));
}

function alertOf(event: StoredEvent): readonly NewAlert[] {
  switch (event.type) {
    case "wallet.threshold":
      return [spending(event, "threshold", event.percent)];
    case "wallet.exhausted":
      return [spending(event, "exhaustion", 100)];
    default:
      return [];
  }
}

/** Thresholds and exhaustion of a wallet in one period are one story: the higher figure tells it. */
const spending = (
  event: EventOf<"wallet.threshold" | "wallet.exhausted">,
  kind: "threshold" | "exhaustion",
  percent: number,
): NewAlert => ({
  source: `event/${event.event_id}`,
  org_id: event.org_id,
  kind,
  object: { type: "wallet", id: event.wallet_id },
  team_id: event.team_id,
  at: event.at,
  details: {
    percent,
    limit_usd: formatUsd(nanoUsd(event.limit_nano_usd)),
    spent_usd: formatUsd(nanoUsd(event.spent_nano_usd)),
    period_start: formatTime(event.period_start),
  },
  dedupe_key: `budget/${event.wallet_id}/${event.period_start}`,
  rank: percent,
});
