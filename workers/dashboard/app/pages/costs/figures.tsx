import type { CostAnswer } from "../../api/costs.ts";
import { formatCompact, formatNumber, formatPercent } from "../../lib/format.ts";
import { Money } from "../../ui/amounts.tsx";
import { Stat } from "../../ui/stat.tsx";

/** The whole of what is shown. */
export function CostFigures({
  costs,
  requests,
}: {
  readonly costs: CostAnswer | undefined;
  /** The requests that it is made of; null where the log cannot be asked for them. */
  readonly requests: string | null;
}) {
  const loading = costs === undefined;
  const total = costs?.total;
  const before = costs?.previous;
  const change = costs?.cost_change_percent ?? null;
  const requests_before = before?.requests ?? 0;
  return (
    <div className="grid grid-cols-2 gap-4 xl:grid-cols-4">
      <Stat
        label="Cost"
        loading={loading}
        value={<Money usd={costs?.total_usd ?? "0"} />}
        delta={change === null ? null : change / 100}
        versus="vs. the period before"
        moreIs="bad"
      />
      <Stat
        label="Requests"
        loading={loading}
        value={formatNumber(total?.requests ?? 0)}
        delta={requests_before === 0 ? null : ((total?.requests ?? 0) - requests_before) / requests_before}
        versus="vs. the period before"
        {...(requests === null ? {} : { to: requests })}
      />
      <Stat
        label="Tokens"
        loading={loading}
        value={formatCompact((total?.input_tokens ?? 0) + (total?.output_tokens ?? 0))}
        hint={`${formatCompact(total?.input_tokens ?? 0)} in, ${formatCompact(total?.output_tokens ?? 0)} out`}
      />
      <Stat
        label="Error rate"
        loading={loading}
        value={total?.error_rate == null ? "–" : formatPercent(total.error_rate)}
        hint={`${formatNumber(total?.errors ?? 0)} failed; ${formatNumber(total?.cache_hits ?? 0)} from the cache`}
      />
    </div>
  );
}
