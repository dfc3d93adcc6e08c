import { costsHref } from "../../lib/cost-query.ts";
import { formatNumber } from "../../lib/format.ts";
import { type Row, textIn, textOrNull } from "../../lib/json.ts";
import { useAccess } from "../../session/access.tsx";
import { Money } from "../../ui/amounts.tsx";
import { Link } from "../../ui/link.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { rowLabel, useNames } from "../names.ts";
import { useTeamSpend } from "./use-team-spend.ts";

/** Cells of the list of teams, and of that of members. What they show is read once for all rows. */

const None = () => <span className="text-ink-3">–</span>;

/** How many are in it, and who leads it. */
export function TeamPeople({ row }: { readonly row: Row }) {
  const names = useNames(["team_member", "member"]);
  if (names.loading) return <Skeleton className="h-3 w-28" />;
  const places = names.rows("team_member").filter((place) => place.team_id === row.id);
  const leads = places
    .filter(({ role }) => role === "lead")
    .map((place) => names.rows("member").find(({ id }) => id === place.member_id))
    .map((member) => (member === undefined ? "" : (textOrNull(member, "name") ?? rowLabel(member))));
  return (
    <span>
      <span className="figure">{formatNumber(places.length)}</span>
      {leads.length === 0 ? (
        <span className="text-ink-3">, no lead</span>
      ) : (
        <span className="text-ink-3">, led by {leads.join(", ")}</span>
      )}
    </span>
  );
}

export function TeamWallets({ row }: { readonly row: Row }) {
  const names = useNames(["wallet"]);
  const wallets = names
    .rows("wallet")
    .filter((wallet) => wallet.team_id === row.id && textOrNull(wallet, "archived_at") === null);
  if (names.loading) return <Skeleton className="h-3 w-24" />;
  return wallets.length === 0 ? <None /> : wallets.map((wallet) => textIn(wallet, "name")).join(", ");
}

export function TeamSpend({ row }: { readonly row: Row }) {
  const access = useAccess();
  const spend = useTeamSpend();
  if (!access.may("analytics:read")) return <None />;
  if (spend === undefined) return <Skeleton className="ml-auto h-3 w-16" />;
  const usd = spend.get(textIn(row, "id"));
  return usd === undefined ? (
    <None />
  ) : (
    <Link to={costsHref({ by: "wallet", range: "30d", filter: { team: row.id } })} className="hover:underline">
      <Money usd={usd} rounded />
    </Link>
  );
}

/** The teams that somebody is in, and as what. */
export function TeamsOfMember({ row }: { readonly row: Row }) {
  const names = useNames(["team_member", "team"]);
  const places = names.rows("team_member").filter((place) => place.member_id === row.id);
  if (names.loading) return <Skeleton className="h-3 w-24" />;
  if (places.length === 0) return <None />;
  return places
    .map((place) => {
      const team = names.label("team", textIn(place, "team_id"));
      return place.role === "lead" ? `${team} (lead)` : team;
    })
    .join(", ");
}
