import { useApiQuery } from "../../api/hooks.ts";
import { sumUsd } from "../../lib/amounts.ts";
import { type Row, rowOf, textIn, textOrNull } from "../../lib/json.ts";
import { Money } from "../../ui/amounts.tsx";
import type { Names } from "../names.ts";

/** What each wallet of a movement has now, and would have after it. */
export function BalancesAfter({ row, names }: { readonly row: Row; readonly names: Names }) {
  const amount = textIn(row, "amount_usd");
  const [from, to] = [textOrNull(row, "from_wallet_id"), textOrNull(row, "to_wallet_id")];
  const moves =
    from !== null && to !== null
      ? [
          { id: from, by: negated(amount) },
          { id: to, by: amount },
        ]
      : [{ id: textIn(row, "wallet_id"), by: amount }];
  return (
    <dl className="flex flex-col border-b border-line">
      {moves.map(({ id, by }) => (
        <Balance key={id} id={id} name={names.label("wallet", id)} by={by} />
      ))}
    </dl>
  );
}

const negated = (usd: string): string => (usd.startsWith("-") ? usd.slice(1) : `-${usd}`);

function Balance({ id, name, by }: { readonly id: string; readonly name: string; readonly by: string }) {
  const wallet = useApiQuery("/v1/wallets/{id}", { path: { id } }, { staleTime: 0 });
  const balance = textOrNull(rowOf(wallet.data), "balance_usd");
  return (
    <div className="flex flex-wrap items-baseline justify-between gap-x-4 border-t border-line py-1.5 text-sm">
      <dt className="min-w-0 wrap-anywhere">{name}</dt>
      <dd className="figure">
        {balance === null ? (
          wallet.isPending ? (
            "…"
          ) : (
            "–"
          )
        ) : (
          <>
            <Money usd={balance} /> <span className="text-ink-3">now, then</span>{" "}
            <span className="font-semibold">
              <Money usd={sumUsd([balance, by])} />
            </span>
          </>
        )}
      </dd>
    </div>
  );
}
