import { costsHref } from "../../lib/cost-query.ts";
import { formatDate, formatNumber } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useAccess } from "../../session/access.tsx";
import { Money } from "../../ui/amounts.tsx";
import { Stat } from "../../ui/stat.tsx";
import type { Subject } from "../extras.tsx";
import { scopesOf } from "../rate-limits/rate-limits.ts";
import { RateLimitsCard } from "../rate-limits/rate-limits-card.tsx";
import { SpendByDay } from "../wallet/spend-of-wallet.tsx";
import { useKeyUsage } from "./use-key-usage.ts";

/** What a key is used for: the last 30 days, and where its refused requests are found; and how fast it may be. */
export default function KeyPanel({ subject }: { readonly subject: Subject }) {
  const access = useAccess();
  const { row, names } = subject;
  return (
    <div className="flex flex-col gap-4">
      {access.may("analytics:read") ? <Usage id={subject.id} /> : null}
      <RateLimitsCard scopes={scopesOf("key", row, names.rows("wallet"))} names={names} />
    </div>
  );
}

function Usage({ id }: { readonly id: string }) {
  const usage = useKeyUsage(id);
  const mine = usage?.get(id);
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-3">
        <Stat
          label="Spent in 30 days"
          loading={usage === undefined}
          value={<Money usd={mine?.cost_usd ?? "0"} rounded />}
          to={costsHref({ by: "model", filter: { key: id } })}
        />
        <Stat
          label="Requests in 30 days"
          loading={usage === undefined}
          value={formatNumber(mine?.requests ?? 0)}
          hint="Why one was refused stands in its log"
          to={hrefTo(["requests"], { key_id: id })}
        />
        <Stat
          label="Last used"
          loading={usage === undefined}
          value={mine === undefined ? "Not in 30 days" : formatDate(Date.parse(mine.last_day))}
          hint={mine === undefined ? "A key that nobody uses is better revoked" : undefined}
        />
      </div>
      <SpendByDay title="Spend by model" by="model" filter={{ key: id }} />
    </>
  );
}

/** What revoking a key breaks. */
export function KeyBreaks({ subject: { id } }: { readonly subject: Subject }) {
  const usage = useKeyUsage(id);
  if (usage === undefined) return null;
  const mine = usage.get(id);
  return (
    <p className="mt-2 font-medium text-ink">
      {mine === undefined
        ? "Nothing used it in the last 30 days."
        : `It made ${formatNumber(mine.requests)} requests in the last 30 days, the last on ${formatDate(Date.parse(mine.last_day))}: what still uses it stops working.`}
    </p>
  );
}
