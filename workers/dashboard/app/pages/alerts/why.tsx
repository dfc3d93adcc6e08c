import { type CostAnswer, useCosts } from "../../api/costs.ts";
import { ChartSkeleton, LazyTimeSeries } from "../../charts/lazy.tsx";
import { chartUsd, formatCents, formatUsdTick } from "../../lib/amounts.ts";
import { BELOW, costsHref } from "../../lib/cost-query.ts";
import { effects } from "../../lib/effects.ts";
import { formatDateTime } from "../../lib/format.ts";
import { rowOf, textOrNull } from "../../lib/json.ts";
import { useAccess } from "../../session/access.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ErrorState } from "../../ui/states.tsx";
import type { Alert } from "./alert.tsx";
import { type Question, questionOf } from "./question.ts";

/** The spending that an alert is about, beside what it was measured against. */
export function Why({ alert }: { readonly alert: Alert }) {
  const access = useAccess();
  const question = questionOf({ kind: alert.kind, at: alert.at, details: rowOf(alert.details) }, effects.now());
  if (question === null || alert.object_type !== "wallet" || !access.may("analytics:read")) return null;
  return <WhyChart wallet_id={alert.object_id} question={question} alert={alert} />;
}

function WhyChart({
  wallet_id,
  question,
  alert,
}: {
  readonly wallet_id: string;
  readonly question: Question;
  readonly alert: Alert;
}) {
  const { from, to, granularity, sums } = question;
  // A limit is reached by what is spent below, too; what is usual is known of the wallet itself.
  const filter = { [sums ? BELOW : "wallet"]: wallet_id };
  const body = { from, to, granularity, filter };
  const costs = useCosts(body);
  const mark = textOrNull(rowOf(alert.details), question.mark.detail);
  return (
    <Card
      title={sums ? "What it spent in the period" : "What it spent in an hour"}
      description={
        sums
          ? "Added up since the period began; the line is the limit."
          : "Hour by hour around the alert; the line is what was usual at most."
      }
      actions={
        <ButtonLink size="sm" to={costsHref({ by: "model", from, to, granularity, filter })}>
          Explore
        </ButtonLink>
      }
    >
      {costs.isError ? (
        <ErrorState error={costs.error} onRetry={() => void costs.refetch()} />
      ) : costs.isPending ? (
        <ChartSkeleton height={220} />
      ) : (
        <LazyTimeSeries
          height={220}
          kind="area"
          summary={`Spending of the wallet from ${formatDateTime(Date.parse(from))} to ${formatDateTime(Date.parse(to))}`}
          {...placed(costs.data, question)}
          format={(value) => formatCents(value.toFixed(9))}
          formatTick={formatUsdTick}
          formatTime={formatDateTime}
          formatTimeTick={(at) => formatDayOrHour(at, granularity)}
          {...(mark === null ? {} : { mark: { value: chartUsd(mark), name: question.mark.name } })}
        />
      )}
    </Card>
  );
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** Hours by the clock, and the day where one begins. */
function formatDayOrHour(at: number, granularity: Question["granularity"]): string {
  const time = hour.format(at);
  return granularity === "day" || time === "00:00" ? day.format(at) : time;
}

function placed(costs: CostAnswer, { from, to, granularity, sums }: Question) {
  const step = granularity === "hour" ? 3_600_000 : 86_400_000;
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  const times = Array.from(
    { length: Math.max(1, Math.ceil((end - begin) / step)) },
    (_, place) => begin + place * step,
  );
  const spent = times.map(() => 0);
  for (const row of costs.data) {
    const place = Math.floor((Date.parse(row.time ?? "") - begin) / step);
    if (place in spent) spent[place] = (spent[place] ?? 0) + Number(row.cost_nano_usd) / 1e9;
  }
  let sum = 0;
  const values = spent.map((value) => {
    sum += value;
    return sums ? sum : value;
  });
  return { times, series: [{ id: "spent", name: sums ? "Spent so far" : "Spent in the hour", values }] };
}
