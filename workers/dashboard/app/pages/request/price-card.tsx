import type { ReactNode } from "react";
import { formatUsd, nanoOf } from "../../lib/amounts.ts";
import { isHit } from "../../lib/cache-words.ts";
import { formatNumber } from "../../lib/format.ts";
import { Money } from "../../ui/amounts.tsx";
import { Card } from "../../ui/card.tsx";
import { ScrollTable } from "../../ui/scroll-table.tsx";
import { Time } from "../../ui/time.tsx";
import type { LoggedRequest } from "./timeline.ts";

type Price = LoggedRequest["price"];

const SOURCES: Readonly<Record<Price["source"], string>> = {
  organisation: "a price of your organisation's own",
  catalogue: "the catalogue",
  gone: "a price that is nowhere any more",
};

/** How the charge came about, to its last place. */
export function PriceCard({ request }: { readonly request: LoggedRequest }) {
  const { price, attempt_prices, cost_usd, charged_attempts } = request;
  return (
    <Card
      title="Price"
      description={
        <>
          By {SOURCES[price.source]}
          {price.effective_from === null ? null : (
            <>
              , in force since <Time iso={price.effective_from} exact />
            </>
          )}
          {price.tier_above_input_tokens === null
            ? null
            : `, in the tier above ${formatNumber(price.tier_above_input_tokens)} input tokens`}
          .
        </>
      }
    >
      <PriceTable
        label="Components of the price"
        price={price}
        cached={isHit(request.cache)}
        foot={
          <>
            {attempt_prices.map(({ attempt, price: of }) => (
              <FootRow key={attempt} name={`Call ${attempt}, which failed and is billed all the same`}>
                {of.sum_usd === null
                  ? formatUsd(charged_attempts.find((one) => one.attempt === attempt)?.cost_usd ?? "0")
                  : formatUsd(of.sum_usd)}
              </FootRow>
            ))}
            <tr className="border-t border-line-strong font-semibold">
              <th scope="row" colSpan={3} className="py-2 text-left">
                Charged
              </th>
              <td className="py-2 text-right">
                <Money usd={cost_usd} />
              </td>
            </tr>
          </>
        }
      />
      {price.explanation === null ? null : <p className="mt-2 text-sm text-ink-2">{price.explanation}</p>}
    </Card>
  );
}

function PriceTable({
  label,
  price,
  cached,
  foot,
}: {
  readonly label: string;
  readonly price: Price;
  readonly cached: boolean;
  readonly foot: ReactNode;
}) {
  const head = "pb-1.5 text-xs font-medium text-ink-3";
  const lines = price.lines.filter(({ count }) => count > 0);
  const difference = price.difference_usd === null ? 0n : (nanoOf(price.difference_usd) ?? 0n);
  return (
    <ScrollTable label={label}>
      <thead>
        <tr>
          <th scope="col" className={`${head} text-left`}>
            Component
          </th>
          <th scope="col" className={`${head} text-right`}>
            Count
          </th>
          <th scope="col" className={`${head} px-3 text-right`}>
            Per million
          </th>
          <th scope="col" className={`${head} text-right`}>
            Amount
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.component} className="border-t border-line">
            <th scope="row" className="py-1.5 text-left font-normal">
              {line.component.replaceAll("_", " ")}
              {line.priced_as === null || line.priced_as === line.component ? null : (
                <span className="text-ink-3"> at the rate of {line.priced_as.replaceAll("_", " ")}</span>
              )}
            </th>
            <td className="figure py-1.5 text-right">{formatNumber(line.count)}</td>
            <td className="figure px-3 py-1.5 text-right whitespace-nowrap">{formatUsd(line.rate_usd_per_million)}</td>
            <td className="figure py-1.5 text-right whitespace-nowrap">${trimmed(line.amount_usd)}</td>
          </tr>
        ))}
        {lines.length === 0 ? (
          <tr className="border-t border-line">
            <td colSpan={4} className="py-1.5 text-ink-3">
              Nothing was used that has a price.
            </td>
          </tr>
        ) : null}
      </tbody>
      <tfoot>
        {isZero(price.rounding_usd) ? null : (
          <FootRow name="Rounding to the nano-dollar, once">{signed(price.rounding_usd)}</FootRow>
        )}
        {difference === 0n ? null : (
          <FootRow name={cached ? "Saved by the cache" : "Beyond that"}>
            {formatUsd(price.difference_usd ?? "0")}
          </FootRow>
        )}
        {foot}
      </tfoot>
    </ScrollTable>
  );
}

const FootRow = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <tr className="border-t border-line">
    <th scope="row" colSpan={3} className="py-1.5 text-left font-normal text-ink-2">
      {name}
    </th>
    <td className="figure py-1.5 text-right whitespace-nowrap">{children}</td>
  </tr>
);

/** Fifteen places without those at the end that say nothing; never fewer than two. */
const trimmed = (usd: string): string => {
  const [whole = "0", fraction = ""] = usd.replace(/^-/, "").split(".");
  return `${whole}.${fraction.replace(/0+$/, "").padEnd(2, "0")}`;
};
const isZero = (usd: string): boolean => /^-?0(?:\.0*)?$/.test(usd);
const signed = (usd: string): string => `${usd.startsWith("-") ? "−" : "+"}$${trimmed(usd)}`;
