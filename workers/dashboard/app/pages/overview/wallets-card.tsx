import { Wallet } from "lucide-react";
import { formatDateTime } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { STANDINGS, StandingBadge } from "../../resources/wallet/standing.tsx";
import { Money } from "../../ui/amounts.tsx";
import { Badge } from "../../ui/badge.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { LinesSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { UtilisationBar } from "../../ui/utilisation-bar.tsx";
import type { Overview, OverviewWallet } from "./overview.ts";

const SHOWN = 8;

/** Who is about to run out: the wallets whose money is used the most, and when that is at the pace of lately. */
export function WalletsCard({ wallets }: { readonly wallets: Overview["wallets"] | undefined }) {
  return (
    <Card
      title="Who is about to run out"
      description={wallets === undefined ? "The fullest wallets first" : summaryOf(wallets)}
      actions={
        <Link to="/wallets" className="rounded-sm text-xs font-medium text-accent-ink hover:underline">
          All wallets
        </Link>
      }
      className="h-full"
    >
      {wallets === undefined ? (
        <LinesSkeleton />
      ) : wallets.data.length === 0 ? (
        <EmptyState
          icon={Wallet}
          title="No wallets yet"
          actions={<ButtonLink to="/wallets/new">Create wallet</ButtonLink>}
        >
          <p>A wallet is a budget: what is spent from it can never be more than its limit.</p>
        </EmptyState>
      ) : (
        <ul className="flex flex-col gap-3.5">
          {wallets.data.slice(0, SHOWN).map((wallet) => (
            <WalletLine key={wallet.id} wallet={wallet} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function summaryOf({ wallets, by_standing }: NonNullable<Overview["wallets"]>): string {
  const told = (["exhausted", "warning", "frozen"] as const).flatMap((standing) => {
    const count = by_standing[standing] ?? 0;
    return count === 0 ? [] : [`${count} ${(STANDINGS[standing]?.text ?? "").toLowerCase()}`];
  });
  return `${told.length === 0 ? "None is low" : told.join(", ")}, of ${wallets}`;
}

function WalletLine({ wallet }: { readonly wallet: OverviewWallet }) {
  const {
    id,
    name,
    standing,
    spent_usd = "0",
    held_usd = "0",
    leased_usd = "0",
    budget_usd,
    available_usd,
    resets_at,
    forecast,
  } = wallet;
  return (
    <li className="flex flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <span className="flex min-w-0 items-center gap-2">
          <Link to={hrefTo(["wallets", id])} className="truncate rounded-sm font-medium hover:underline">
            {name}
          </Link>
          <StandingBadge standing={standing} />
          {wallet.yours ? <Badge tone="info">Yours</Badge> : null}
        </span>
        <span className="figure shrink-0 text-ink-2">
          {available_usd == null ? (
            <Money usd={spent_usd} rounded />
          ) : (
            <>
              <Money usd={available_usd} rounded /> left
            </>
          )}
        </span>
      </div>
      {standing === "unavailable" ? null : (
        <UtilisationBar
          name={name}
          spent={positive(spent_usd)}
          held={held_usd}
          leased={leased_usd}
          limit={budget_usd ?? null}
        />
      )}
      <div className="flex justify-between gap-3 text-xs text-ink-3">
        <span className="shrink-0">
          <Money usd={spent_usd} rounded />{" "}
          {budget_usd == null ? (
            "spent, no limit"
          ) : (
            <>
              of <Money usd={budget_usd} rounded />
            </>
          )}
        </span>
        <Outlook forecast={forecast} resets_at={resets_at ?? null} />
      </div>
    </li>
  );
}

/** Corrections may have given back more than was spent; a bar has no less than nothing. */
const positive = (usd: string): string => (usd.startsWith("-") ? "0" : usd);

/** When it is used up at the pace of lately, if that comes before the money is renewed; else when that is. */
function Outlook({
  forecast,
  resets_at,
}: {
  readonly forecast: OverviewWallet["forecast"];
  readonly resets_at: string | null;
}) {
  const ends = forecast?.runs_out_at ?? null;
  if (ends !== null) {
    return (
      <span className="font-medium text-warn-ink" title={`${formatDateTime(Date.parse(ends))}, an estimate`}>
        runs out <Time iso={ends} />
      </span>
    );
  }
  if (resets_at === null) return null;
  return (
    <span>
      resets <Time iso={resets_at} />
      {forecast?.at_reset == null ? null : (
        <>
          {" "}
          at about <Money usd={forecast.at_reset.expected_usd} rounded />
        </>
      )}
    </span>
  );
}
