import { useApiQuery } from "../../api/hooks.ts";
import { type Row, textIn, textOrNull } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useAccess } from "../../session/access.tsx";
import { Money } from "../../ui/amounts.tsx";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { UtilisationBar } from "../../ui/utilisation-bar.tsx";
import type { Subject } from "../extras.tsx";
import { StandingBadge } from "./standing.tsx";
import { atLeastNothing, standingOf } from "./tree.ts";

/** The wallets that stand right below one, the fullest first. */
export function WalletsBelow({
  id,
  wallets,
  subject,
}: {
  readonly id: string;
  readonly wallets: readonly Row[];
  readonly subject: Subject;
}) {
  const access = useAccess();
  const below = wallets.filter((row) => row.parent_id === id && textOrNull(row, "archived_at") === null);
  return (
    <WalletLines
      title="Wallets below"
      wallets={below}
      create={
        access.may("wallets:write") && subject.ended === null ? hrefTo(["wallets", "new"], { parent_id: id }) : null
      }
      none="None. A wallet below this one spends of this one's money, up to a limit of its own."
    />
  );
}

/** Wallets with their bars. */
export function WalletLines({
  title,
  wallets,
  create,
  none,
}: {
  readonly title: string;
  readonly wallets: readonly Row[];
  readonly create: string | null;
  readonly none: string;
}) {
  const forecasts = useApiQuery("/v1/forecasts", {}, { enabled: wallets.length > 0, staleTime: 30_000 });
  const nodes = wallets
    .map((row) => {
      const id = textIn(row, "id");
      const standing = forecasts.data?.data.find(({ wallet_id }) => wallet_id === id) ?? null;
      return { id, name: textIn(row, "name"), row, standing, children: [] };
    })
    .sort((a, b) => (b.standing?.utilisation ?? -1) - (a.standing?.utilisation ?? -1) || a.name.localeCompare(b.name));
  return (
    <Card
      title={title}
      actions={
        create === null ? null : (
          <Link to={create} className="rounded-sm text-xs font-medium text-accent-ink hover:underline">
            Create wallet
          </Link>
        )
      }
    >
      {nodes.length === 0 ? (
        <p className="text-sm text-ink-3">{none}</p>
      ) : (
        <ul className="flex flex-col gap-3.5">
          {nodes.map((node) => (
            <li key={node.id} className="flex flex-col gap-1.5">
              <div className="flex items-baseline justify-between gap-3 text-sm">
                <span className="flex min-w-0 items-center gap-2">
                  <Link to={hrefTo(["wallets", node.id])} className="truncate rounded-sm font-medium hover:underline">
                    {node.name}
                  </Link>
                  <StandingBadge standing={standingOf(node)} />
                </span>
                {node.standing === null ? null : (
                  <span className="shrink-0 text-ink-3">
                    <Money usd={node.standing.spent_usd} rounded />
                    {node.standing.budget_usd === null ? null : (
                      <>
                        {" of "}
                        <Money usd={node.standing.budget_usd} rounded />
                      </>
                    )}
                  </span>
                )}
              </div>
              <UtilisationBar
                name={node.name}
                spent={atLeastNothing(node.standing?.spent_usd ?? "0")}
                held={node.standing?.held_usd ?? "0"}
                leased={node.standing?.leased_usd ?? "0"}
                limit={node.standing?.budget_usd ?? null}
              />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
