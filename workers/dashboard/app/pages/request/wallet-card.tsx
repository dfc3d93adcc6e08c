import { hrefTo } from "../../lib/paths.ts";
import type { Names } from "../../resources/names.ts";
import { Money } from "../../ui/amounts.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { Moment } from "../requests/moment.tsx";
import type { LoggedRequest } from "./timeline.ts";

const KINDS: Readonly<Record<string, string>> = {
  attempt: "A failed call",
  charge: "Charge",
  expire: "Charge at the deadline",
  overage: "Beyond the hold",
  correction: "Correction",
};

/** What it did to its wallet: the hold, and each row of the ledger that came of it. */
export function WalletCard({ request, names }: { readonly request: LoggedRequest; readonly names: Names }) {
  const { wallet_id, hold_usd, postings, cost_usd, unsettled } = request;
  return (
    <Card
      title="Wallet"
      description={
        <>
          Paid by{" "}
          <Link to={hrefTo(["wallets", wallet_id], { tab: "ledger" })} className="link">
            {names.label("wallet", wallet_id)}
          </Link>
          .
        </>
      }
    >
      <dl className="flex flex-col text-sm">
        <Line name="Held while it ran" usd={hold_usd} />
        {postings.map(({ event_id, kind, at, cost_usd: usd }) => (
          <Line
            key={event_id}
            name={
              <>
                {KINDS[kind] ?? kind} <span className="text-xs text-ink-3">at</span>{" "}
                <span className="text-xs text-ink-3">
                  <Moment iso={at} />
                </span>
              </>
            }
            usd={usd}
          />
        ))}
        <Line name={<span className="font-semibold">In all</span>} usd={cost_usd} strong />
      </dl>
      {unsettled ? (
        <p className="mt-2">
          <Badge tone="warn">Not settled: the deadline ended it</Badge>
        </p>
      ) : null}
    </Card>
  );
}

const Line = ({
  name,
  usd,
  strong = false,
}: {
  readonly name: React.ReactNode;
  readonly usd: string;
  readonly strong?: boolean;
}) => (
  <div className="flex items-baseline justify-between gap-3 border-b border-line py-1.5 last:border-b-0">
    <dt className="min-w-0">{name}</dt>
    <dd className={strong ? "font-semibold" : undefined}>
      <Money usd={usd} />
    </dd>
  </div>
);
