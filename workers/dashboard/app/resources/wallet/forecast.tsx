import type { AnswerOf } from "../../api/types.ts";
import { formatPercent } from "../../lib/format.ts";
import { Money } from "../../ui/amounts.tsx";
import { Time } from "../../ui/time.tsx";

export type Forecast = AnswerOf<"/v1/wallets/{id}/forecast", "get">;

/** What a wallet will have spent when its period ends, in a line. An estimate, and it says so by its sign. */
export function ForecastLine({ forecast }: { readonly forecast: Forecast }) {
  const { at_reset, runs_out_at, basis } = forecast;
  if (basis === "none") return <span className="text-ink-3">No spending yet</span>;
  if (runs_out_at !== null) {
    return (
      <span className="font-medium text-bad-ink">
        Runs out <Time iso={runs_out_at} />
      </span>
    );
  }
  if (at_reset === null) return <span className="text-ink-3">Lasts for a year or more</span>;
  return (
    <span className={at_reset.over_budget ? "font-medium text-bad-ink" : "text-ink-2"}>
      ≈ <Money usd={at_reset.expected_usd} rounded />
      {at_reset.utilisation === null ? null : (
        <span className="text-ink-3"> · {formatPercent(at_reset.utilisation)}</span>
      )}
    </span>
  );
}
