import { formatUsd } from "../../lib/amounts.ts";
import { formatDuration } from "../../lib/format.ts";
import { Badge } from "../../ui/badge.tsx";
import { ScrollTable } from "../../ui/scroll-table.tsx";

/** A model that a rule could take, as the log and the tester of rules tell it. */
export interface Candidate {
  readonly model: string;
  readonly weight?: number | undefined;
  /** What the request would about cost there; null where that is not known. */
  readonly cost_usd?: string | null | undefined;
  readonly left_out?: string | undefined;
  readonly down?: true | undefined;
  readonly breaker?: "open" | "half_open" | undefined;
  readonly probe?: true | undefined;
  readonly measured_ms?: number | null | undefined;
  readonly misses?: Readonly<Record<string, number>> | undefined;
}

/** What there was to choose from, and what spoke for or against each. Columns of which nothing is known are left out. */
export function CandidateTable({
  candidates,
  chosen,
}: {
  readonly candidates: readonly Candidate[];
  readonly chosen: string | null;
}) {
  const weighted = candidates.some(({ weight }) => weight !== undefined);
  const measured = candidates.some(({ measured_ms }) => measured_ms !== undefined);
  const total = candidates.reduce((sum, { weight = 0 }) => sum + weight, 0);
  const priced = candidates.some(({ cost_usd }) => cost_usd != null);
  const head = "px-2 py-1.5 text-xs font-medium text-ink-3 first:pl-0 last:pr-0";
  const cell = "border-t border-line px-2 py-1.5 first:pl-0 last:pr-0";
  return (
    <ScrollTable label="Candidates">
      <thead>
        <tr className="text-left">
          <th scope="col" className={head}>
            Candidate
          </th>
          {weighted ? (
            <th scope="col" className={`${head} text-right`}>
              Share
            </th>
          ) : null}
          {priced ? (
            <th scope="col" className={`${head} text-right`}>
              About
            </th>
          ) : null}
          {measured ? (
            <th scope="col" className={`${head} text-right`}>
              Measured
            </th>
          ) : null}
          <th scope="col" className={head}>
            State
          </th>
        </tr>
      </thead>
      <tbody>
        {candidates.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a model may be named twice, and candidates never change places
          <tr key={index}>
            <th scope="row" className={`${cell} text-left font-normal whitespace-nowrap`}>
              <span className={one.model === chosen ? "font-semibold" : undefined}>{one.model}</span>
            </th>
            {weighted ? (
              <td className={`figure ${cell} text-right`}>
                {total === 0 ? "–" : `${Math.round(((one.weight ?? 0) / total) * 1_000) / 10} %`}
              </td>
            ) : null}
            {priced ? (
              <td className={`figure ${cell} text-right whitespace-nowrap`}>
                {one.cost_usd == null ? "–" : formatUsd(one.cost_usd)}
              </td>
            ) : null}
            {measured ? (
              <td className={`figure ${cell} text-right whitespace-nowrap`}>
                {one.measured_ms == null ? "unknown" : formatDuration(one.measured_ms)}
              </td>
            ) : null}
            <td className={cell}>
              <span className="inline-flex flex-wrap gap-1">
                <Marks one={one} chosen={one.model === chosen} />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function Marks({ one, chosen }: { readonly one: Candidate; readonly chosen: boolean }) {
  const { down, breaker, probe, left_out, misses = {} } = one;
  return (
    <>
      {chosen ? <Badge tone="good">Taken</Badge> : null}
      {down === true ? <Badge tone="bad">Known to be down</Badge> : null}
      {breaker === "open" ? <Badge tone="bad">Breaker open</Badge> : null}
      {breaker === "half_open" ? <Badge tone="warn">Breaker half open</Badge> : null}
      {probe === true ? <Badge tone="info">Tried first, to find out</Badge> : null}
      {left_out === undefined ? null : <Badge tone="warn">Left out: {left_out.replaceAll("_", " ")}</Badge>}
      {Object.entries(misses).map(([bound, value]) => (
        <Badge key={bound} tone="warn">
          Misses {bound.replaceAll("_", " ")}: {value}
        </Badge>
      ))}
    </>
  );
}
