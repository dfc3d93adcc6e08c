import { Info } from "lucide-react";
import type { ReactNode } from "react";
import { useApiQuery } from "../../api/hooks.ts";
import { sumUsd } from "../../lib/amounts.ts";
import { cx } from "../../lib/class-names.ts";
import { BELOW, costsHref } from "../../lib/cost-query.ts";
import { count } from "../../lib/format.ts";
import { type Row, textIn, textOrNull } from "../../lib/json.ts";
import { useAccess } from "../../session/access.tsx";
import { Money } from "../../ui/amounts.tsx";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { Notice } from "../../ui/problem.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Time } from "../../ui/time.tsx";
import { Tooltip } from "../../ui/tooltip.tsx";
import { UtilisationBar } from "../../ui/utilisation-bar.tsx";
import { ForecastLine } from "./forecast.tsx";
import { atLeastNothing } from "./tree.ts";

const HELD =
  "Reserved for requests that are running now: the most that each can cost. When one ends, what it did not use is free again.";
const LEASED =
  "Lent to the wallets below, so that they need not ask for each request. Not spent yet, and called back when it is needed here.";

/** The money of a wallet now. `live` while it is pushed. */
export function Figures({ row, id, live }: { readonly row: Row; readonly id: string; readonly live: boolean }) {
  const access = useAccess();
  const forecast = useApiQuery("/v1/wallets/{id}/forecast", { path: { id } }, { staleTime: 60_000 });
  if (row.unavailable === true) {
    return (
      <Notice tone="warn">The wallet does not answer, so its figures are not known. Load the page again to try.</Notice>
    );
  }
  const usd = (name: string): string => textOrNull(row, name) ?? "0";
  const available = textOrNull(row, "available_usd");
  const limited = textOrNull(row, "limit_usd") !== null;
  const budget = limited ? sumUsd([usd("balance_usd"), usd("spent_usd")]) : null;
  const resets = textOrNull(row, "resets_at");
  const holds = Number(row.open_holds ?? 0);
  const transferring = usd("transferring_usd");
  return (
    <Card>
      <div className="flex flex-col gap-4">
        <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 xl:grid-cols-6">
          <Figure name="Available" strong hint={live ? <Live /> : "what could be spent now"}>
            {available === null ? "No limit" : <Money usd={available} rounded />}
          </Figure>
          <Figure
            name="Spent"
            hint={
              access.may("analytics:read") ? (
                <Link to={costsHref({ by: "model", filter: { [BELOW]: id } })} className="link">
                  on what?
                </Link>
              ) : (
                "in this period"
              )
            }
          >
            <Money usd={usd("spent_usd")} rounded />
          </Figure>
          <Figure name="Held" tip={HELD} hint={holds === 0 ? "no request running" : count(holds, "hold", "holds")}>
            <Money usd={usd("held_usd")} rounded />
          </Figure>
          <Figure name="Leased" tip={LEASED} hint="to wallets below">
            <Money usd={usd("leased_usd")} rounded />
          </Figure>
          <Figure
            name="Limit"
            hint={
              resets === null ? (
                "never resets"
              ) : (
                <>
                  resets <Time iso={resets} />
                </>
              )
            }
          >
            {limited ? <Money usd={textIn(row, "limit_usd")} rounded /> : "None"}
          </Figure>
          <Figure
            name="Forecast"
            hint={forecast.data === undefined ? null : basisOf(forecast.data.basis, forecast.data.history_days)}
          >
            {forecast.data === undefined ? (
              forecast.isError ? (
                "–"
              ) : (
                <Skeleton className="my-1.5 h-4 w-24" />
              )
            ) : (
              <span className="text-sm font-medium">
                <ForecastLine forecast={forecast.data} />
              </span>
            )}
          </Figure>
        </dl>
        <UtilisationBar
          name="This period"
          spent={atLeastNothing(usd("spent_usd"))}
          held={usd("held_usd")}
          leased={usd("leased_usd")}
          limit={budget}
        />
        {/^0(?:\.0+)?$/.test(transferring) ? null : (
          <p className="text-xs text-ink-3">
            <Money usd={transferring} /> is promised to transfers under way.
          </p>
        )}
      </div>
    </Card>
  );
}

const basisOf = (basis: string, days: number): string =>
  basis === "none" ? "nothing to go by" : `an estimate from ${count(days, "day", "days")}`;

const Live = () => (
  <span className="inline-flex items-center gap-1.5">
    <span aria-hidden="true" className="size-1.5 animate-pulse rounded-full bg-good motion-reduce:animate-none" />
    live
  </span>
);

function Figure({
  name,
  tip,
  strong = false,
  hint,
  children,
}: {
  readonly name: string;
  readonly tip?: string;
  readonly strong?: boolean;
  readonly hint: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      <dt className="flex items-center gap-1 text-xs font-medium text-ink-3">
        {name}
        {tip === undefined ? null : (
          <Tooltip text={tip}>
            <button type="button" aria-label={`${name}: ${tip}`} className="rounded-sm text-ink-3 hover:text-ink">
              <Info size={13} aria-hidden="true" />
            </button>
          </Tooltip>
        )}
      </dt>
      <dd className={cx("figure truncate tracking-tight", "text-xl", strong ? "font-semibold" : "font-medium")}>
        {children}
      </dd>
      <dd className="min-h-4 text-xs text-ink-3">{hint}</dd>
    </div>
  );
}
