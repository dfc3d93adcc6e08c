import { formatNumber } from "../../lib/format.ts";
import { Card } from "../../ui/card.tsx";
import { ScrollTable } from "../../ui/scroll-table.tsx";
import type { Names } from "../names.ts";
import { Reference } from "../value.tsx";
import { RATES, type RateScope, tightest } from "./rate-limits.ts";

/** The limits that bind what is asked with a key or from a wallet, its own and those above, and which is met first. */
export function RateLimitsCard({ scopes, names }: { readonly scopes: readonly RateScope[]; readonly names: Names }) {
  const limited = RATES.some(({ name }) => tightest(scopes, name) !== null);
  return (
    <Card
      title="Rate limits"
      description={
        limited
          ? "A request must pass each of them. The least of a column, which is met first, stands out."
          : `Neither ${scopes[0]?.resource === "key" ? "this key nor its wallet, nor one" : "this wallet nor one"} above, has a rate limit: as much may be asked for as there is money.`
      }
      flush={limited}
    >
      {limited ? <LimitsTable scopes={scopes} names={names} /> : null}
    </Card>
  );
}

function LimitsTable({ scopes, names }: { readonly scopes: readonly RateScope[]; readonly names: Names }) {
  return (
    <ScrollTable label="Rate limits" className="border-t border-line">
      <thead>
        <tr className="text-xs text-ink-3">
          <th scope="col" className="px-4 py-2 text-left font-medium">
            Of
          </th>
          {RATES.map(({ name, label }) => (
            <th key={name} scope="col" className="px-4 py-2 text-right font-medium whitespace-nowrap">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {scopes.map((scope, index) => (
          <tr key={scope.id} className="border-t border-line">
            <th scope="row" className="px-4 py-2 text-left font-normal wrap-anywhere">
              {index === 0 ? (
                `This ${scope.resource}`
              ) : (
                <>
                  <span className="text-ink-3">Wallet </span>
                  <Reference resource="wallet" id={scope.id} names={names} />
                </>
              )}
            </th>
            {RATES.map(({ name }) => (
              <td key={name} className="figure px-4 py-2 text-right whitespace-nowrap">
                <Limit limit={scope.limits[name]} first={scope.limits[name] === tightest(scopes, name)} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function Limit({ limit, first }: { readonly limit: number | null; readonly first: boolean }) {
  if (limit === null) return <span className="text-ink-3">no limit</span>;
  if (limit === 0) return <span className="font-semibold text-bad-ink">0, refuses everything</span>;
  return <span className={first ? "font-semibold" : "text-ink-2"}>{formatNumber(limit)}</span>;
}
