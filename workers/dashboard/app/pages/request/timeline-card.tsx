import { cx } from "../../lib/class-names.ts";
import { formatDuration } from "../../lib/format.ts";
import { Card } from "../../ui/card.tsx";
import { type LoggedRequest, type Step, type StepKind, timelineOf } from "./timeline.ts";

const COLOURS: Readonly<Record<StepKind, string>> = {
  before: "bg-chart-8",
  failed: "bg-bad",
  pause: "bg-warn",
  waiting: "bg-chart-1/55",
  answer: "bg-chart-1",
  skipped: "bg-line-strong",
};

/** What the time went into, as bars below each other. */
export function TimelineCard({ request }: { readonly request: LoggedRequest }) {
  const steps = timelineOf(request);
  const whole = Math.max(request.latency_ms, ...steps.map(({ to_ms }) => to_ms ?? 0), 1);
  const more = request.routing?.tried_more ?? 0;
  return (
    <Card
      title="Timeline"
      description={`${formatDuration(request.latency_ms)} from the request to the end of its answer, in ${callsOf(request)}.`}
    >
      <ol className="flex flex-col gap-1.5">
        {more === 0 ? null : <li className="text-xs text-ink-3">{more} earlier calls are not listed.</li>}
        {steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same model may be called twice, and steps never change places
          <Bar key={index} step={step} whole={whole} />
        ))}
      </ol>
    </Card>
  );
}

function callsOf({ attempts }: LoggedRequest): string {
  if (attempts === 0) return "no call of a provider";
  return attempts === 1 ? "one call of a provider" : `${attempts} calls of providers`;
}

function Bar({ step: { kind, name, detail, from_ms, to_ms }, whole }: { readonly step: Step; readonly whole: number }) {
  const timed = from_ms !== null && to_ms !== null;
  return (
    <li className="grid grid-cols-[minmax(0,15rem)_minmax(0,1fr)_4.5rem] items-center gap-x-4 gap-y-1 text-sm max-md:grid-cols-[minmax(0,1fr)_4.5rem]">
      <div className="min-w-0 leading-tight">
        <div className={cx("truncate", kind === "failed" ? "font-medium text-bad-ink" : "text-ink")}>{name}</div>
        {detail === null ? null : <div className="truncate text-xs text-ink-3">{detail}</div>}
      </div>
      <div aria-hidden="true" className="h-3 rounded-sm bg-sunken max-md:order-3 max-md:col-span-2">
        {timed ? (
          <div
            className={cx("h-full min-w-0.5 rounded-sm", COLOURS[kind])}
            style={{ marginLeft: percent(from_ms / whole), width: percent((to_ms - from_ms) / whole) }}
          />
        ) : null}
      </div>
      <span className="figure text-right text-ink-2">
        {timed ? formatDuration(to_ms - from_ms) : kind === "skipped" ? "not called" : "–"}
      </span>
    </li>
  );
}

const percent = (share: number): string => `${Math.min(100, Math.max(0, share * 100)).toFixed(2)}%`;
