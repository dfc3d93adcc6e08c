import { BadgeCheck, CircleAlert, HandCoins, Info, ServerCrash, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { alertWords } from "../../lib/alert-words.ts";
import { cx } from "../../lib/class-names.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useNames } from "../../resources/names.ts";
import { Money } from "../../ui/amounts.tsx";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { LinesSkeleton } from "../../ui/skeleton.tsx";
import { Time } from "../../ui/time.tsx";
import type { Overview, OverviewAlert } from "./overview.ts";

const ALERTS_SHOWN = 5;

const ICONS = { bad: CircleAlert, warn: TriangleAlert, info: Info } as const;
const INKS = { bad: "text-bad-ink", warn: "text-warn-ink", info: "text-info-ink" } as const;

/** What is odd, and what waits for somebody: providers in trouble, money asked for, the newest alerts. */
export function AttentionCard({ overview }: { readonly overview: Overview | undefined }) {
  const names = useNames(["wallet", "provider", "key"]);
  const { alerts, money_requests, providers } = overview ?? {};
  const troubled = providers?.troubled ?? [];
  const waiting = money_requests?.data ?? [];
  const shown = oddFirst(alerts?.data ?? [], money_requests !== undefined).slice(0, ALERTS_SHOWN);
  const nothing = troubled.length + waiting.length + shown.length === 0;
  return (
    <Card
      title="What needs a look"
      description={
        alerts === undefined ? "Alerts, trouble, and who asks for money" : `${alerts.last_day} alerts in the last day`
      }
      actions={
        alerts === undefined ? null : (
          <Link to="/alerts" className="rounded-sm text-xs font-medium text-accent-ink hover:underline">
            All alerts
          </Link>
        )
      }
      className="flex-1"
    >
      {overview === undefined ? (
        <LinesSkeleton />
      ) : nothing ? (
        <p className="flex items-center gap-2 text-sm text-ink-2">
          <BadgeCheck size={16} aria-hidden="true" className="text-good-ink" />
          Nothing is odd, and nobody waits.
        </p>
      ) : (
        <ul className="flex flex-col gap-2.5">
          {troubled.map(({ id, name, state, since }) => (
            <Line key={`provider-${id}`} icon={ServerCrash} ink={INKS.bad} to={hrefTo(["providers", id])} at={since}>
              {name || id} is {state === "down" ? "down" : (state ?? "in trouble").replaceAll("_", " ")}
            </Line>
          ))}
          {waiting.map(({ id, amount_usd, requested_by_name, reason, created_at, may_decide, kind }) => (
            <Line
              key={id}
              icon={HandCoins}
              ink={INKS.info}
              to={hrefTo([kind === "transfer" ? "transfers" : kind === "adjustment" ? "adjustments" : "top-ups", id])}
              at={created_at}
            >
              {requested_by_name} asks for <Money usd={amount_usd} />
              {may_decide ? ", you may decide" : ""}
              <span className="text-ink-3">: {reason}</span>
            </Line>
          ))}
          {shown.map((alert) => {
            const { title, to, tone } = alertWords(alert, names.label(alert.object_type, alert.object_id));
            // What was unusual is explained by a chart on the page of the alert; the rest by what it is about.
            const where = alert.kind === "anomaly" ? hrefTo(["alerts", alert.id]) : to;
            return (
              <Line key={alert.id} icon={ICONS[tone]} ink={INKS[tone]} to={where} at={alert.at}>
                {title}
              </Line>
            );
          })}
        </ul>
      )}
    </Card>
  );
}

/**
 * What is odd before what was to be expected, each as new as it is. Of the steps of one wallet the newest says it all, and
 * who asks for money stands above already where `asked` is shown.
 */
function oddFirst(alerts: readonly OverviewAlert[], asked: boolean): readonly OverviewAlert[] {
  const steps = alerts.filter(({ kind }) => kind === "threshold");
  const odd = alerts.filter(({ kind }) => kind !== "threshold" && !(asked && kind === "budget_request"));
  const newest = steps.filter(
    ({ object_id }, place) => steps.findIndex((other) => other.object_id === object_id) === place,
  );
  return [...odd, ...newest];
}

function Line({
  icon: Icon,
  ink,
  to,
  at,
  children,
}: {
  readonly icon: typeof Info;
  readonly ink: string;
  readonly to: string;
  readonly at: string | null;
  readonly children: ReactNode;
}) {
  return (
    <li className="flex items-start gap-2 text-sm">
      <Icon size={15} aria-hidden="true" className={cx("mt-0.5 shrink-0", ink)} />
      <Link to={to} className="line-clamp-2 min-w-0 flex-1 rounded-sm hover:underline">
        {children}
      </Link>
      {at === null ? null : (
        <span className="shrink-0 text-xs text-ink-3">
          <Time iso={at} />
        </span>
      )}
    </li>
  );
}
