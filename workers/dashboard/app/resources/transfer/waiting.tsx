import { ArrowRight, CircleCheck } from "lucide-react";
import { useApiQuery } from "../../api/hooks.ts";
import { type Row, textIn, textOrNull } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useAccess } from "../../session/access.tsx";
import { Money } from "../../ui/amounts.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { LinesSkeleton } from "../../ui/skeleton.tsx";
import { ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import type { Names } from "../names.ts";
import { Decide } from "./decide.tsx";
import type { MoneyKind } from "./money.ts";

const PENDING = { query: { status: "pending", limit: "100" } } as const;
const OFTEN = { refetchInterval: 30_000 } as const;

/** What waits for somebody's decision, those of others first. */
export function Waiting({ names }: { readonly names: Names }) {
  const access = useAccess();
  const transfers = useApiQuery("/v1/wallet/transfers", PENDING, OFTEN);
  const adjustments = useApiQuery("/v1/wallet/adjustments", PENDING, OFTEN);
  const rows = [
    ...(transfers.data?.data ?? []).map((row) => ({ row: row as Row, kind: "transfers" as MoneyKind })),
    ...(adjustments.data?.data ?? []).map((row) => ({ row: row as Row, kind: "adjustments" as MoneyKind })),
  ].sort(
    (a, b) =>
      Number(a.row.requested_by === access.actor_id) - Number(b.row.requested_by === access.actor_id) ||
      textIn(a.row, "created_at").localeCompare(textIn(b.row, "created_at")),
  );
  const error = transfers.error ?? adjustments.error;
  return (
    <Card title="Waiting for a decision" description={rows.length === 0 ? undefined : "What is not decided expires."}>
      {error !== null ? (
        <ErrorState error={error} onRetry={() => void Promise.all([transfers.refetch(), adjustments.refetch()])} />
      ) : transfers.isPending || adjustments.isPending ? (
        <LinesSkeleton lines={2} />
      ) : rows.length === 0 ? (
        <p className="flex items-center gap-2 text-sm text-ink-2">
          <CircleCheck size={16} aria-hidden="true" className="text-good-ink" />
          Nothing waits.
        </p>
      ) : (
        <ul className="flex flex-col">
          {rows.map(({ row, kind }) => (
            <Request
              key={textIn(row, "id")}
              row={row}
              kind={kind}
              names={names}
              own={row.requested_by === access.actor_id}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Request({
  row,
  kind,
  names,
  own,
}: {
  readonly row: Row;
  readonly kind: MoneyKind;
  readonly names: Names;
  readonly own: boolean;
}) {
  const expires = textOrNull(row, "expires_at");
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-b border-line py-3 first:pt-0 last:border-b-0 last:pb-0">
      <div className="flex min-w-0 flex-1 basis-72 flex-col gap-0.5">
        <div className="flex flex-wrap items-center gap-x-2 text-sm">
          <Link to={hrefTo([kind, textIn(row, "id")])} className="rounded-sm text-base font-semibold hover:underline">
            <Money usd={textIn(row, "amount_usd")} />
          </Link>
          <Ends row={row} names={names} />
          {own ? <Badge tone="info">Yours</Badge> : null}
        </div>
        <p className="text-sm wrap-anywhere">{textIn(row, "reason")}</p>
        <p className="text-xs text-ink-3">
          {textIn(row, "requested_by_name")}, <Time iso={textIn(row, "created_at")} />
          {expires === null ? null : (
            <>
              {" · expires "}
              <Time iso={expires} />
            </>
          )}
          {own ? " · somebody else has to approve it" : ""}
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Decide row={row} kind={kind} names={names} size="sm" />
      </div>
    </li>
  );
}

/** The wallets of a movement, with links. */
export function Ends({ row, names }: { readonly row: Row; readonly names: Names }) {
  const [from, to] = [textOrNull(row, "from_wallet_id"), textOrNull(row, "to_wallet_id")];
  if (from === null || to === null) return <WalletLink id={textIn(row, "wallet_id")} names={names} />;
  return (
    <span className="inline-flex min-w-0 items-center gap-x-1.5 max-md:flex-wrap">
      <WalletLink id={from} names={names} />
      <ArrowRight size={14} aria-label="to" className="shrink-0 text-ink-3" />
      <WalletLink id={to} names={names} />
    </span>
  );
}

const WalletLink = ({ id, names }: { readonly id: string; readonly names: Names }) => (
  <Link to={hrefTo(["wallets", id])} className="link min-w-0 wrap-anywhere">
    {names.label("wallet", id)}
  </Link>
);
