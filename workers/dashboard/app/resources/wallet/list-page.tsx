import { useQuery } from "@tanstack/react-query";
import { Plus, Search, Wallet } from "lucide-react";
import { useMemo, useState } from "react";
import type { ApiError } from "../../api/api-error.ts";
import { queryKey, useApiQuery } from "../../api/hooks.ts";
import { count } from "../../lib/format.ts";
import { type Row, textOrNull } from "../../lib/json.ts";
import { useAccess } from "../../session/access.tsx";
import { MissingPage } from "../../shell/missing-page.tsx";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Combobox } from "../../ui/combobox.tsx";
import { Input } from "../../ui/input.tsx";
import { Page } from "../../ui/page.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { readAll, useNames } from "../names.ts";
import { STANDINGS } from "./standing.tsx";
import { allNodes, countStandings, forestOf, pruned, standingOf, treeRows } from "./tree.ts";
import { WalletTree } from "./wallet-tree.tsx";

const NO_ROWS: readonly Row[] = [];
const FILTERED = ["exhausted", "warning", "frozen", "ended"] as const;

/** Every wallet in its place in the tree, with how it stands. */
export default function WalletsPage() {
  const access = useAccess();
  const resource = access.resource("wallet");
  const url = useUrlState();
  const names = useNames(["team"]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const wallets = useQuery<readonly Row[], ApiError>({
    queryKey: [...queryKey("/v1/wallets"), "all"],
    enabled: resource !== undefined,
    queryFn: ({ signal }) => (resource === undefined ? [] : readAll(resource, signal)),
  });
  const forecasts = useApiQuery("/v1/forecasts", {}, { refetchInterval: 60_000, keepPrevious: true });
  const [q, standing, team] = [url.get("q") ?? "", url.get("standing"), url.get("team_id")];
  const withArchived = url.get("archived") === "true";
  const forest = useMemo(
    () =>
      forestOf(
        (wallets.data ?? NO_ROWS).filter((row) => withArchived || textOrNull(row, "archived_at") === null),
        forecasts.data?.data ?? [],
      ),
    [wallets.data, forecasts.data, withArchived],
  );
  if (resource === undefined) return <MissingPage />;

  const nodes = allNodes(forest);
  const counts = countStandings(nodes);
  const narrowed = q !== "" || standing !== null || team !== null;
  const shown = narrowed
    ? pruned(
        forest,
        (node) =>
          node.name.toLowerCase().includes(q.toLowerCase()) &&
          (standing === null || standingOf(node) === standing) &&
          (team === null || textOrNull(node.row, "team_id") === team),
      )
    : forest;
  // What was looked for is seen, whatever was closed before.
  const rows = treeRows(shown, narrowed ? new Set() : closed);
  const parents = nodes.filter(({ children }) => children.length > 0).map(({ id }) => id);
  const toggle = (id: string): void =>
    setClosed((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });

  return (
    <Page
      title={resource.title}
      description="Budgets, and what is left of them. What is spent from a wallet counts against every wallet above it, too."
      busy={wallets.isPending}
      actions={
        access.may(resource.write) ? (
          <ButtonLink look="primary" icon={Plus} to="/wallets/new">
            Create wallet
          </ButtonLink>
        ) : null
      }
    >
      {wallets.isError ? (
        <ErrorState error={wallets.error} onRetry={() => void wallets.refetch()} />
      ) : wallets.isPending ? (
        <TableSkeleton columns={5} />
      ) : wallets.data.length === 0 ? (
        <EmptyState
          icon={Wallet}
          title="There is no wallet yet"
          actions={access.may(resource.write) ? <ButtonLink to="/wallets/new">Create wallet</ButtonLink> : null}
        >
          <p>
            A wallet is a budget: what is spent from it is never more than its limit. Make one for the company, and one
            below it for each team.
          </p>
        </EmptyState>
      ) : (
        <>
          <div className="flex flex-wrap items-center gap-2">
            <div className="w-56 max-sm:w-full">
              <Input
                type="search"
                aria-label="Search wallets"
                placeholder="Search wallets"
                before={<Search size={14} />}
                value={q}
                onChange={(event) => url.set({ q: event.target.value })}
              />
            </div>
            {names.rows("team").length === 0 ? null : (
              <Combobox
                label="Team"
                placeholder="Any team"
                clearable
                className="w-44 max-sm:w-full"
                value={team ?? ""}
                onChange={(value) => url.set({ team_id: value })}
                options={names.options("team")}
              />
            )}
            <Segmented
              label="How they stand"
              value={standing ?? ""}
              onChange={(value) => url.set({ standing: value })}
              options={[
                { value: "", label: `All ${nodes.length}` },
                ...FILTERED.filter((name) => (counts.get(name) ?? 0) > 0 || name === standing).map((name) => ({
                  value: name,
                  label: `${STANDINGS[name]?.text ?? name} ${counts.get(name) ?? 0}`,
                })),
              ]}
            />
            <div className="ml-auto flex flex-wrap items-center gap-3">
              <Checkbox
                label="Archived, too"
                checked={withArchived}
                onChange={(on) => url.set({ archived: on ? "true" : null })}
              />
              {parents.length === 0 || narrowed ? null : (
                <Button
                  size="sm"
                  look="quiet"
                  onClick={() => setClosed(closed.size === 0 ? new Set(parents) : new Set())}
                >
                  {closed.size === 0 ? "Collapse all" : "Expand all"}
                </Button>
              )}
            </div>
          </div>
          {forecasts.isError ? (
            <ErrorState
              title="How they stand is not known right now"
              error={forecasts.error}
              onRetry={() => void forecasts.refetch()}
            />
          ) : null}
          {rows.length === 0 ? (
            <p className="text-sm text-ink-2">No wallet fits these filters.</p>
          ) : (
            <WalletTree rows={rows} loading={forecasts.isPending} names={names} onToggle={toggle} />
          )}
          <p className="figure text-xs text-ink-3">{count(nodes.length, "wallet", "wallets")}</p>
        </>
      )}
    </Page>
  );
}
