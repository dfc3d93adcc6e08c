import { formatCents } from "../../lib/amounts.ts";
import { cx } from "../../lib/class-names.ts";
import { capital, formatNumber } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { Money } from "../../ui/amounts.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Link } from "../../ui/link.tsx";
import { Notice } from "../../ui/problem.tsx";
import { Stat } from "../../ui/stat.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { notComparedWords, notKnownWords, requests, VERDICT_WORDS } from "./replay-words.ts";
import { type Move, moveKey, type Replayed } from "./replayed.ts";

export interface ReplayResultProps {
  readonly sum: Replayed;
  /** Whether a rule was tried that is not saved as it is. */
  readonly drafted: boolean;
  readonly stale: boolean;
  /** Looks at older requests; null where there are none, or they are being looked at. */
  readonly more: (() => void) | null;
}

/** What became of requests of the log: counts, costs, from where to where, and what is not known. */
export function ReplayResult({ sum, drafted, stale, more }: ReplayResultProps) {
  const { requests: all, judged, outcome, cost, moves, not_known } = sum;
  if (all === 0)
    return (
      <EmptyState title="No request in this time">
        <p>Choose a longer one, or come back when there is traffic: rules are tried on requests of the log.</p>
      </EmptyState>
    );
  const disabled = not_known.find(({ condition }) => condition === "provider")?.requests ?? 0;
  return (
    <div className={cx("flex min-w-0 flex-col gap-4 transition-opacity", stale && "opacity-60")}>
      <div className="flex flex-col gap-1 text-sm">
        <p>
          {drafted
            ? draftWords(sum)
            : `${capital(newest(sum))} of this time, as the rules and experiments of now would have them.`}
        </p>
        {sum.preceded_by.length === 0 ? null : (
          <p className="text-ink-2">
            A rule before it decides{" "}
            {sum.preceded_by.slice(0, NAMED).map((rule, at) => (
              <span key={rule.id}>
                {at === 0 ? "" : ", "}
                {formatNumber(rule.requests)} that meet its conditions, too: “
                <Link to={hrefTo(["rules", rule.id])} className="link">
                  {rule.name}
                </Link>
                ”
              </span>
            ))}
            .
          </p>
        )}
        {more === null ? null : (
          <p className="flex flex-wrap items-center gap-2 text-ink-2">
            There are older ones that were not looked at.
            <Button size="sm" onClick={more}>
              Go on with older requests
            </Button>
          </p>
        )}
      </div>
      {disabled === 0 ? null : (
        <Notice tone="warn">
          {requests(disabled)} would go to a provider that is switched off now. Until it is on, they would be refused.
        </Notice>
      )}
      {judged === 0 ? null : (
        <>
          <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
            <Stat
              label="Go elsewhere"
              value={formatNumber(outcome.moved)}
              hint={`${formatNumber(outcome.same)} as before`}
            />
            <Stat
              label="Denied or refused"
              value={formatNumber(outcome.denied + outcome.refused)}
              hint={outcome.refused === 0 ? null : `${formatNumber(outcome.refused)} for their model`}
            />
            <Stat label="Not known" value={formatNumber(outcome.not_known)} />
            <Stat
              label="Cost"
              value={<Money usd={cost.replayed_cost_usd} rounded />}
              hint={
                <span title={`${cost.difference_usd} USD`}>
                  {signed(cost.difference_usd)}, was {formatCents(cost.cost_usd)}
                </span>
              }
            />
          </div>
          <DataTable
            label="Where requests went, and where they would have gone"
            columns={COLUMNS}
            rows={moves.toSorted((a, b) => RANK[a.verdict] - RANK[b.verdict])}
            rowId={moveKey}
            rowTo={({ from }) => hrefTo(["requests"], { model: from.model, from: sum.from, to: sum.to })}
          />
          <Notes cost={cost} lacks={notKnownWords(not_known.filter(({ condition }) => condition !== "provider"))} />
        </>
      )}
    </div>
  );
}

/** "−$1.20", "+$0.30". */
const signed = (usd: string): string => `${usd.startsWith("-") ? "" : "+"}${formatCents(usd)}`;

/** More rules that stand before it are not named. */
const NAMED = 3;

/** "all 40 requests", "the newest 20,000 requests". */
const newest = ({ requests: all, next_cursor }: Replayed): string =>
  `${next_cursor === null ? "all" : "the newest"} ${requests(all)}`;

function draftWords(sum: Replayed): string {
  const { judged, decides, releases, off_schedule, preceded_by, outcome } = sum;
  const off = off_schedule === 0 ? "" : ` ${requests(off_schedule)} came at times at which it is not tried.`;
  const none = preceded_by.length === 0 ? ": none meets its conditions" : "";
  if (judged === 0) return `Of ${newest(sum)} it would have decided none${none}.${off}`;
  const let_go = releases === 0 ? "" : `, and let go of ${formatNumber(releases)} that it decides as it is saved`;
  const open = outcome.not_known === 0 ? "" : ` Of ${formatNumber(outcome.not_known)} it cannot be told.`;
  return `Of ${newest(sum)} it would have decided ${formatNumber(decides)}${let_go}.${open}${off}`;
}

function Notes({
  cost,
  lacks,
}: {
  readonly cost: Replayed["cost"];
  readonly lacks: readonly { readonly key: string; readonly text: string }[];
}) {
  const apart = notComparedWords(cost);
  return (
    <div className="flex max-w-3xl flex-col gap-3 text-xs text-ink-2">
      <p>
        Costs are what {requests(cost.compared)} cost, and what the same tokens cost at the price of now. Schedules and
        times of day are those of then; models, keys and the other rules are those of now.
      </p>
      {apart.length === 0 ? null : (
        <div>
          <h3 className="font-semibold text-ink">Not among the costs</h3>
          <ul className="list-disc pl-5">
            {apart.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </div>
      )}
      {lacks.length === 0 ? null : (
        <div>
          <h3 className="font-semibold text-ink">What the log does not tell</h3>
          <ul className="list-disc pl-5">
            {lacks.map(({ key, text }) => (
              <li key={key}>{text}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

/** What changes comes first; of each the most first, as they come. */
const RANK: Readonly<Record<Move["verdict"], number>> = { moved: 0, denied: 1, refused: 2, not_known: 3, same: 4 };

const COLUMNS: readonly Column<Move>[] = [
  { id: "from", header: "Went to", sortBy: ({ from }) => from.model, cell: ({ from }) => from.model },
  {
    id: "verdict",
    header: "Outcome",
    sortBy: ({ verdict }) => verdict,
    cell: ({ verdict }) => <Badge tone={VERDICT_WORDS[verdict].tone}>{VERDICT_WORDS[verdict].text}</Badge>,
  },
  {
    id: "to",
    header: "Would go to",
    sortBy: ({ to }) => to?.model ?? "",
    cell: ({ to, message, verdict }) =>
      to === null ? (
        <span className="text-ink-2 wrap-anywhere">{message ?? "–"}</span>
      ) : (
        <span className={verdict === "moved" ? "font-medium" : "text-ink-2"}>{to.model}</span>
      ),
  },
  {
    id: "requests",
    header: "Requests",
    align: "end",
    sortBy: (move) => move.requests,
    cell: (move) => <span className="figure">{formatNumber(move.requests)}</span>,
  },
  {
    id: "cost",
    header: "Did cost",
    align: "end",
    cell: ({ cost }) => (cost.compared === 0 ? "–" : <Money usd={cost.cost_usd} />),
  },
  {
    id: "would_cost",
    header: "Would cost",
    align: "end",
    cell: ({ cost }) => (cost.compared === 0 ? "–" : <Money usd={cost.replayed_cost_usd} />),
  },
  {
    id: "examples",
    header: "Such as",
    cell: ({ examples }) => (
      <span className="flex flex-wrap gap-x-2">
        {examples.slice(0, 3).map((id) => (
          // The whole ID for those who hear it, its end for those who see it.
          <Link
            key={id}
            to={hrefTo(["requests", id])}
            title={id}
            dir="rtl"
            className="link inline-block max-w-[6ch] truncate font-mono text-xs"
          >
            <bdi>{id}</bdi>
          </Link>
        ))}
      </span>
    ),
  },
];
