import { HorizontalBars } from "../../charts/horizontal-bars.tsx";
import { chartUsd } from "../../lib/amounts.ts";
import { costsHref, hrefOfQuery } from "../../lib/cost-query.ts";
import { Money } from "../../ui/amounts.tsx";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { CUTS, type Cut, groupName, type Spend } from "./overview.ts";

/** The dearest teams, models or features of 30 days; each leads to what it is made of. */
export function BurnersCard({ cut, spend }: { readonly cut: Cut; readonly spend: Spend | undefined }) {
  const breakdown = spend?.by[cut];
  return (
    <Card
      title={CUTS[cut]}
      description="30 days"
      actions={
        breakdown === undefined ? null : (
          <Link
            to={hrefOfQuery(breakdown.query)}
            className="rounded-sm text-xs font-medium text-accent-ink hover:underline"
          >
            All {CUTS[cut].toLowerCase()}
          </Link>
        )
      }
      className="h-full"
    >
      {breakdown === undefined ? (
        <Skeleton className="h-44" />
      ) : (
        <HorizontalBars
          label={`${CUTS[cut]} by spend`}
          bars={breakdown.data.map((group) => ({
            id: groupName(cut, group),
            name: groupName(cut, group),
            value: chartUsd(group.cost_usd),
            text: <Money usd={group.cost_usd} rounded />,
            others: group.other,
            ...(group.filter === null
              ? {}
              : { to: costsHref({ by: cut === "model" ? "team" : "model", range: "30d", filter: group.filter }) }),
          }))}
        />
      )}
    </Card>
  );
}
