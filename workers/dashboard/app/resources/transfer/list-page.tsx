import { ArrowLeftRight } from "lucide-react";
import { useState } from "react";
import { rowsOf, useInfiniteApiQuery } from "../../api/pages.ts";
import { choiceLabel } from "../../lib/format.ts";
import { type Row, textIn, textOrNull } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useAccess } from "../../session/access.tsx";
import { Money } from "../../ui/amounts.tsx";
import { StatusBadge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { Page } from "../../ui/page.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { Time } from "../../ui/time.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { type Names, useNames } from "../names.ts";
import { isMoneyKind, MONEY_KINDS, type MoneyKind, STATUSES } from "./money.ts";
import { TransferDialog } from "./transfer-dialog.tsx";
import { Ends, Waiting } from "./waiting.tsx";

/** Money that was asked for: what waits for a decision first, then what became of the rest. */
export default function MoneyPage() {
  const access = useAccess();
  const url = useUrlState();
  const names = useNames(["wallet"]);
  const asking = url.get("request") !== null;
  const kind = url.get("kind");
  return (
    <Page
      title="Transfers & requests"
      description="Money moves between wallets once somebody else than who asked for it has approved it."
      busy={names.loading}
      actions={
        access.may("money:request") ? (
          <Button look="primary" icon={ArrowLeftRight} onClick={() => url.set({ request: "new" })}>
            Request money
          </Button>
        ) : null
      }
    >
      <Waiting names={names} />
      <Tabs
        label="History"
        value={isMoneyKind(kind) ? kind : "transfers"}
        onChange={(next) =>
          url.set({
            kind: next === "transfers" ? null : next,
            status: null,
            wallet_id: null,
            from_wallet_id: null,
            to_wallet_id: null,
          })
        }
        tabs={(Object.keys(MONEY_KINDS) as MoneyKind[]).map((value) => ({
          value,
          label: MONEY_KINDS[value].title,
          content: <History kind={value} names={names} />,
        }))}
      />
      {asking ? (
        <TransferDialog
          from={url.get("from")}
          to={url.get("to")}
          onClose={() => url.set({ request: null, from: null, to: null })}
        />
      ) : null}
    </Page>
  );
}

const LESSONS: Readonly<Record<MoneyKind, string>> = {
  transfers: "Ask for money with the button above: from a wallet that has some to one that needs it.",
  adjustments: "An adjustment corrects a wallet's balance. It is made on the wallet's page, under More.",
  "top-ups": "A top-up adds money to the running period of a wallet. It is made on the wallet's page.",
};

function History({ kind, names }: { readonly kind: MoneyKind; readonly names: Names }) {
  const url = useUrlState();
  const [columns] = useState(() => columnsOf(kind));
  const status = STATUSES.find((name) => name === url.get("status"));
  const wallet = kind === "transfers" ? null : url.get("wallet_id");
  const [from, to] = kind === "transfers" ? [url.get("from_wallet_id"), url.get("to_wallet_id")] : [null, null];
  const asked = {
    limit: "50",
    ...(status === undefined ? {} : { status }),
    ...(wallet === null ? {} : { wallet_id: wallet }),
    ...(from === null ? {} : { from_wallet_id: from }),
    ...(to === null ? {} : { to_wallet_id: to }),
  };
  const list = useInfiniteApiQuery(MONEY_KINDS[kind].path, { query: asked }, { keepPrevious: true });
  const rows = rowsOf<Row>(list);
  const wallets = names.options("wallet");
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <TableSkeleton columns={6} />;
  if (rows.length === 0 && Object.keys(asked).length === 1) {
    return (
      <EmptyState title={`There is no ${MONEY_KINDS[kind].one} yet`}>
        <p>{LESSONS[kind]}</p>
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <DataTable
        label={MONEY_KINDS[kind].title}
        columns={columns(names)}
        rows={rows}
        rowId={(row) => textIn(row, "id")}
        rowTo={(row) => hrefTo([kind, textIn(row, "id")])}
        stale={list.isPlaceholderData}
        toolbar={
          <FilterBar
            filters={[
              {
                name: "status",
                label: "Status",
                options: STATUSES.map((value) => ({ value, label: choiceLabel(value) })),
              },
              ...(kind === "transfers"
                ? [
                    { name: "from_wallet_id", label: "From", options: wallets },
                    { name: "to_wallet_id", label: "To", options: wallets },
                  ]
                : [{ name: "wallet_id", label: "Wallet", options: wallets }]),
            ]}
          />
        }
      />
      {rows.length === 0 ? <p className="text-sm text-ink-2">Nothing fits these filters.</p> : null}
      <LoadMore
        shown={rows.length}
        hasMore={list.hasNextPage}
        busy={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
      />
    </div>
  );
}

const columnsOf =
  (kind: MoneyKind) =>
  (names: Names): readonly Column<Row>[] => [
    {
      id: "created_at",
      header: "Asked for",
      cell: (row) => <Time iso={textIn(row, "created_at")} exact />,
    },
    {
      id: "wallets",
      header: kind === "transfers" ? "From and to" : "Wallet",
      cell: (row) => (
        <span className="block md:whitespace-nowrap">
          <Ends row={row} names={names} />
          <span title={textIn(row, "reason")} className="block truncate text-xs text-ink-3 md:max-w-80">
            {textIn(row, "reason")}
          </span>
        </span>
      ),
    },
    { id: "amount_usd", header: "Amount", align: "end", cell: (row) => <Money usd={textIn(row, "amount_usd")} /> },
    {
      id: "status",
      header: "Status",
      cell: (row) => <StatusBadge status={textIn(row, "status")} tone={TONES[textIn(row, "status")]} />,
    },
    { id: "by", header: "By", cell: (row) => textIn(row, "requested_by_name") },
    {
      id: "decided",
      header: "Decided by",
      cell: (row) => textOrNull(row, "decided_by_name") ?? <span className="text-ink-3">–</span>,
    },
  ];

const TONES: Readonly<Record<string, "good" | "neutral">> = { done: "good", rejected: "neutral" };
