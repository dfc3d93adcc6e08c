import { Boxes, Plus } from "lucide-react";
import { useMemo } from "react";
import { useApiQuery } from "../../api/hooks.ts";
import { useAccess } from "../../session/access.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { Input } from "../../ui/input.tsx";
import { Page } from "../../ui/page.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { type CatalogueModel, modelColumns, type OwnPrice } from "./columns.tsx";

const CAPABILITIES = ["chat", "tools", "vision", "json_schema", "reasoning", "audio", "embeddings", "rerank"];

/** Every model that can be asked for, with its limits and what each component costs now. */
export default function ModelsPage() {
  const access = useAccess();
  const url = useUrlState();
  const mayPrice = access.may("providers:write");
  const catalogue = useApiQuery("/v1/models");
  const prices = useApiQuery("/v1/prices", { query: { withdrawn: "false", limit: "100", sort: "-effective_from" } });
  const own = useMemo(() => ownPrices(prices.data?.data ?? []), [prices.data]);
  const columns = useMemo(() => modelColumns(own, mayPrice), [own, mayPrice]);
  const all = (catalogue.data?.data ?? []) as readonly CatalogueModel[];
  const search = url.get("q")?.toLowerCase() ?? "";
  const [provider, capability, priced] = [url.get("provider"), url.get("capability"), url.get("priced")];
  const rows = all.filter(
    ({ id, owned_by, capabilities, price }) =>
      id.toLowerCase().includes(search) &&
      (provider === null || owned_by === provider) &&
      (capability === null || capabilities.includes(capability)) &&
      (priced === null || (price !== null) === (priced === "yes")),
  );
  const providers = [...new Set(all.map(({ owned_by }) => owned_by))].sort();
  const filters = [
    { name: "provider", label: "Provider", options: providers.map(asOption) },
    { name: "capability", label: "Can", options: CAPABILITIES.map(asOption) },
    {
      name: "priced",
      label: "Priced",
      options: [
        { value: "yes", label: "Yes" },
        { value: "no", label: "No" },
      ],
    },
  ];
  return (
    <Page
      title="Models & prices"
      description="The models of your enabled providers and what they cost now, in dollars per million tokens or pieces. A price of your organisation's own goes before the catalogue's from the moment it takes effect."
      busy={catalogue.isPending}
      actions={
        <>
          <ButtonLink to="/prices">Own prices and their dates</ButtonLink>
          {mayPrice ? (
            <ButtonLink look="primary" icon={Plus} to="/prices/new">
              Set a price
            </ButtonLink>
          ) : null}
        </>
      }
    >
      {catalogue.isError ? (
        <ErrorState error={catalogue.error} onRetry={() => void catalogue.refetch()} />
      ) : catalogue.isPending ? (
        <TableSkeleton columns={7} />
      ) : all.length === 0 ? (
        <EmptyState
          icon={Boxes}
          title="There is no model yet"
          actions={
            <ButtonLink look="primary" to="/providers/new">
              Create provider
            </ButtonLink>
          }
        >
          <p>Models come with an enabled provider: those that are known for its kind, and those that it lists.</p>
        </EmptyState>
      ) : (
        <>
          <DataTable
            label="Models"
            columns={columns}
            rows={rows}
            rowId={({ id }) => id}
            choiceKey="models"
            toolbar={
              <div className="flex flex-wrap items-center gap-2">
                <div className="w-60">
                  <Input
                    aria-label="Search models"
                    placeholder="Search models"
                    value={url.get("q") ?? ""}
                    onChange={(event) => url.set({ q: event.target.value })}
                  />
                </div>
                <FilterBar filters={filters} />
              </div>
            }
          />
          <p className="figure text-xs text-ink-3" role="status">
            {rows.length} of {all.length} models
          </p>
        </>
      )}
    </Page>
  );
}

const asOption = (value: string) => ({ value, label: value });

/** The newest own price in force or to come of each model. */
function ownPrices(rows: readonly OwnPrice[]): ReadonlyMap<string, OwnPrice> {
  const found = new Map<string, OwnPrice>();
  for (const row of rows) {
    const name = `${row.provider_id}/${row.model}`;
    if (!found.has(name)) found.set(name, row);
  }
  return found;
}
