import { History, Square } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import type { ApiError } from "../../api/api-error.ts";
import { effects } from "../../lib/effects.ts";
import { formatNumber } from "../../lib/format.ts";
import { Button } from "../../ui/button.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { LinesSkeleton } from "../../ui/skeleton.tsx";
import { ErrorState } from "../../ui/states.tsx";
import { ReplayResult } from "./replay-result.tsx";
import type { ReplayQuestion } from "./replayed.ts";
import { useReplay } from "./use-replay.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const PERIODS = [
  { value: "1", label: "24 hours" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
] as const;

export interface ReplayPanelProps {
  readonly button: string;
  /** The rule to try, undefined for those that are saved; null where it is not fit to be tried. */
  readonly rule: () => ReplayQuestion["rule"] | null;
  /** Tells one rule from another: an answer to what has changed since is told to be one. */
  readonly version: string;
  /** Whether a refusal belongs to a field of the rule, where it is shown. */
  readonly onRefused?: (error: ApiError) => boolean;
  /** Asks at once. */
  readonly eager?: boolean;
  /** Beside the result. */
  readonly children?: ReactNode;
}

/** What rules would have done: for how long back, and what came of it. */
export function ReplayPanel({ button, rule, version, onRefused, eager = false, children }: ReplayPanelProps) {
  const replay = useReplay(onRefused);
  const [days, setDays] = useState("1");
  const [answered, setAnswered] = useState<string | null>(null);
  const run = (back: string): void => {
    const tried = rule();
    if (tried === null) return;
    const now = effects.now();
    setAnswered(version);
    replay.run({
      ...(tried === undefined ? {} : { rule: tried }),
      from: new Date(now - Number(back) * DAY_MS).toISOString(),
      to: new Date(now).toISOString(),
    });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is there
  useEffect(() => {
    if (eager) run(days);
  }, []);
  const { busy, sum, error } = replay;
  const outdated = sum !== null && answered !== version;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <Segmented
          label="How far back"
          options={PERIODS}
          value={days}
          onChange={(next) => {
            setDays(next);
            if (answered !== null) run(next);
          }}
        />
        <Button size="sm" icon={History} busy={busy} onClick={() => run(days)}>
          {button}
        </Button>
        {busy ? (
          <Button size="sm" look="quiet" icon={Square} onClick={replay.stop}>
            Stop
          </Button>
        ) : null}
        <p role="status" className="figure text-xs text-ink-3">
          {busy && sum !== null ? `Looked at ${formatNumber(sum.looked_at)} requests so far.` : ""}
          {!busy && outdated ? "The rule has changed since: ask again." : ""}
        </p>
      </div>
      {error === null ? null : <ErrorState error={error} onRetry={sum === null ? () => run(days) : replay.goOn} />}
      {sum === null && busy ? <LinesSkeleton /> : null}
      {sum === null ? null : (
        <ReplayResult
          sum={sum}
          stale={outdated}
          more={busy || sum.next_cursor === null ? null : replay.goOn}
          drafted={rule !== NO_DRAFT}
        />
      )}
      {children}
    </div>
  );
}

/** As `rule`: the rules as they are saved. */
export const NO_DRAFT = (): undefined => undefined;
