import { useCallback, useState } from "react";
import { type LiveState, useLive } from "../../api/live.ts";
import { nanoOf, usdOf } from "../../lib/amounts.ts";
import { cx } from "../../lib/class-names.ts";
import { formatDuration, formatNumber } from "../../lib/format.ts";
import { type Row, textIn } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useNames } from "../../resources/names.ts";
import { Money } from "../../ui/amounts.tsx";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { Time } from "../../ui/time.tsx";

const LINES = 8;

interface Ticker {
  readonly lines: readonly Row[];
  readonly requests: number;
  readonly nano_usd: bigint;
}

const NOTHING: Ticker = { lines: [], requests: 0, nano_usd: 0n };

/** Requests as they end, pushed by the wallets, and what they have cost since the page was opened. */
export function TickerCard() {
  const [ticker, setTicker] = useState(NOTHING);
  const names = useNames(["wallet"]);
  const state = useLive(
    "/v1/live",
    useCallback(({ event, data }) => {
      if (event === "request") setTicker((before) => withRequest(before, data));
      if (event === "left_out")
        setTicker((before) => ({ ...before, requests: before.requests + Number(data.requests) }));
    }, []),
  );
  return (
    <Card
      title="Live"
      description={
        ticker.requests === 0 ? (
          STATES[state]
        ) : (
          <>
            {formatNumber(ticker.requests)} requests, <Money usd={usdOf(ticker.nano_usd)} /> since you opened this page
          </>
        )
      }
      actions={<Pulse state={state} />}
      className="h-full"
    >
      {ticker.lines.length === 0 ? (
        <p className="text-sm text-ink-3">
          Each request shows up here the moment it ends, with what it has cost. Make one, or wait for your apps.
        </p>
      ) : (
        <ul aria-label="The newest requests" className="flex flex-col gap-2">
          {ticker.lines.map((line) => (
            <li key={textIn(line, "id")} className="flex items-baseline gap-2 text-sm">
              <span
                aria-hidden="true"
                className={cx("size-1.5 shrink-0 self-center rounded-full", isFine(line) ? "bg-good" : "bg-bad")}
              />
              <Link
                to={hrefTo(["requests", textIn(line, "id")])}
                className="min-w-0 flex-1 truncate rounded-sm hover:underline"
              >
                {textIn(line, "model")}
                <span className="text-ink-3"> · {names.label("wallet", textIn(line, "wallet_id"))}</span>
                {isFine(line) ? null : (
                  <span className="text-bad-ink"> · {textIn(line, "outcome").replaceAll("_", " ")}</span>
                )}
              </Link>
              <span className="figure hidden shrink-0 text-xs text-ink-3 sm:inline">
                {formatDuration(Number(line.latency_ms))}
              </span>
              <span className="w-24 shrink-0 text-right">
                <Money usd={textIn(line, "cost_usd")} />
              </span>
              <span className="hidden w-20 shrink-0 text-right text-xs text-ink-3 md:inline">
                <Time iso={textIn(line, "at")} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

const isFine = (line: Row): boolean => line.outcome === "completed" || line.outcome === "cut";

function withRequest(before: Ticker, line: Row): Ticker {
  // A connection that broke may bring a request twice.
  if (before.lines.some(({ id }) => id === line.id)) return before;
  return {
    lines: [line, ...before.lines].slice(0, LINES),
    requests: before.requests + 1,
    nano_usd: before.nano_usd + (nanoOf(textIn(line, "cost_usd")) ?? 0n),
  };
}

const STATES: Readonly<Record<LiveState, string>> = {
  connecting: "Connecting",
  open: "Waiting for the next request",
  waiting: "Connecting again",
  refused: "Not shown to you",
};

function Pulse({ state }: { readonly state: LiveState }) {
  return (
    <span className="flex items-center gap-1.5 text-xs text-ink-3">
      <span
        aria-hidden="true"
        className={cx(
          "size-2 rounded-full",
          state === "open" ? "animate-pulse bg-good motion-reduce:animate-none" : "bg-line-strong",
        )}
      />
      {state === "open" ? "Connected" : STATES[state]}
    </span>
  );
}
