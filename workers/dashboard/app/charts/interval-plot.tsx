import { scaleLinear } from "d3-scale";
import { MARGIN } from "./axes.tsx";
import { EmptyChart } from "./empty-chart.tsx";
import { ChartFrame, type Size } from "./frame.tsx";
import { CHART_COLOURS } from "./series.ts";

export interface Interval {
  readonly id: string;
  readonly name: string;
  /** The estimate, and the interval that it is in; null while there is too little to say. */
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface IntervalPlotProps {
  readonly summary: string;
  readonly intervals: readonly Interval[];
  readonly format: (value: number) => string;
  /** Where there would be no difference: a line down. */
  readonly zero?: number;
}

const ROW_PX = 36;
const NAME_PX = 128;
/** What the text of a mark on the axis takes at least. */
const TICK_PX = 72;

/** Estimates with their confidence intervals, one below the other. */
export function IntervalPlot({ summary, intervals, format, zero }: IntervalPlotProps) {
  const known = intervals.flatMap(({ estimate, low, high }) => [estimate, low, high].filter((value) => value !== null));
  const height = intervals.length * ROW_PX + MARGIN.bottom + MARGIN.top;
  if (known.length === 0) return <EmptyChart height={height}>Too little is known yet.</EmptyChart>;
  const ends = zero === undefined ? known : [...known, zero];
  const scale = ({ width }: Size) => scaleLinear([Math.min(...ends), Math.max(...ends)], [NAME_PX, width - 36]).nice(4);
  const y = (row: number): number => MARGIN.top + row * ROW_PX + ROW_PX / 2;
  const say = ({ estimate, low, high }: Interval): string =>
    estimate === null
      ? "unknown"
      : `${format(estimate)}${low === null || high === null ? "" : ` (${format(low)} to ${format(high)})`}`;
  const draw = (size: Size, active: number | null) => {
    const x = scale(size);
    return (
      <>
        {x.ticks(Math.max(1, Math.min(4, Math.floor((size.width - NAME_PX) / TICK_PX)))).map((value) => (
          <g key={value}>
            <line x1={x(value)} x2={x(value)} y1={MARGIN.top} y2={height - MARGIN.bottom} className="stroke-line" />
            <text x={x(value)} y={height - 6} textAnchor="middle" className="figure fill-ink-3">
              {format(value)}
            </text>
          </g>
        ))}
        {zero === undefined ? null : (
          <line
            x1={x(zero)}
            x2={x(zero)}
            y1={MARGIN.top}
            y2={height - MARGIN.bottom}
            className="stroke-ink-3"
            strokeDasharray="3 3"
          />
        )}
        {intervals.map((one, row) => (
          <g key={one.id} opacity={active === null || active === row ? 1 : 0.5}>
            <text x={0} y={y(row)} dy="0.32em" className="fill-ink text-xs">
              {one.name.length > 18 ? `${one.name.slice(0, 17)}…` : one.name}
            </text>
            {one.low === null || one.high === null ? null : (
              <line
                x1={x(one.low)}
                x2={x(one.high)}
                y1={y(row)}
                y2={y(row)}
                stroke={CHART_COLOURS[0]}
                strokeWidth={2.5}
                strokeLinecap="round"
              />
            )}
            {one.estimate === null ? null : (
              <circle
                cx={x(one.estimate)}
                cy={y(row)}
                r={4.5}
                fill={CHART_COLOURS[0]}
                className="stroke-surface"
                strokeWidth={1.5}
              />
            )}
          </g>
        ))}
      </>
    );
  };
  return (
    <ChartFrame
      summary={summary}
      height={height}
      points={intervals.length}
      pointAt={(_x, py) => Math.max(0, Math.min(intervals.length - 1, Math.floor((py - MARGIN.top) / ROW_PX)))}
      draw={draw}
      tip={(row, size) => {
        const one = intervals[row];
        return {
          x: one?.estimate === null || one === undefined ? NAME_PX : scale(size)(one.estimate),
          y: y(row) + 10,
          content:
            one === undefined ? null : (
              <>
                <p className="font-medium">{one.name}</p>
                <p className="figure text-ink-2">{say(one)}</p>
              </>
            ),
        };
      }}
      table={{ head: ["Name", "Estimate and interval"], rows: intervals.map((one) => [one.name, say(one)]) }}
    />
  );
}
