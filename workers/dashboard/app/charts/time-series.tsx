import { scaleLinear, scaleUtc } from "d3-scale";
import { area, line } from "d3-shape";
import { formatCompact } from "../lib/format.ts";
import { MARGIN, PlaceAxis, ValueAxis } from "./axes.tsx";
import { EmptyChart } from "./empty-chart.tsx";
import { ChartFrame, type Size } from "./frame.tsx";
import { Legend, TipLines } from "./legend.tsx";
import { colourOf, isEmpty, maximum, type Series, stack } from "./series.ts";

export interface TimeSeriesProps {
  /** What it shows, in a sentence. */
  readonly summary: string;
  /** When each value's hour, day or month begins, in milliseconds, ascending. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly kind?: "line" | "area" | "stacked";
  readonly height?: number;
  /** A value in the tooltip, exact. */
  readonly format?: (value: number) => string;
  /** A value at the axis, short. */
  readonly formatTick?: (value: number) => string;
  readonly formatTime?: (at_ms: number) => string;
  /** A time at the axis, short; as in the tooltip unless given. */
  readonly formatTimeTick?: (at_ms: number) => string;
  /** A line across, such as a limit. */
  readonly mark?: { readonly value: number; readonly name: string };
  readonly onChoose?: (at_ms: number) => void;
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** Values over time: lines, areas, or areas on top of each other. */
export function TimeSeries(props: TimeSeriesProps) {
  const {
    summary,
    times,
    series,
    kind = "line",
    height = 240,
    format = formatCompact,
    formatTick = formatCompact,
    mark,
    onChoose,
  } = props;
  const formatTime = props.formatTime ?? ((at: number) => day.format(at));
  const formatTimeTick = props.formatTimeTick ?? formatTime;
  if (times.length === 0 || isEmpty(series)) return <EmptyChart height={height} />;
  const stacked = kind === "stacked";
  const stacks = stacked ? stack(series, times.length) : [];
  const top = Math.max(maximum(series, stacked), mark?.value ?? 0);
  const scales = ({ width }: Size) => ({
    x: scaleUtc([times[0] ?? 0, times.at(-1) ?? 0], [MARGIN.left + 4, width - MARGIN.right - 4]),
    y: scaleLinear([0, top], [height - MARGIN.bottom, MARGIN.top]).nice(4),
  });
  const x = (at: ReturnType<typeof scales>["x"], place: number): number => at(times[place] ?? 0);

  const draw = (size: Size, active: number | null) => {
    const scale = scales(size);
    const places = times.map((_, place) => place);
    const path = line<number>((place) => x(scale.x, place), 0);
    return (
      <>
        <ValueAxis scale={scale.y} width={size.width} format={formatTick} />
        <PlaceAxis
          width={size.width}
          height={height}
          ticks={times.map((at) => ({ key: String(at), x: scale.x(at), text: formatTimeTick(at) }))}
        />
        {mark === undefined ? null : (
          <line
            x1={MARGIN.left}
            x2={size.width - MARGIN.right}
            y1={scale.y(mark.value)}
            y2={scale.y(mark.value)}
            className="stroke-bad"
            strokeDasharray="4 3"
          />
        )}
        {series.map((one, index) => {
          const colour = colourOf(one, index);
          const value = (place: number): number => one.values[place] ?? 0;
          const defined = (place: number): boolean => stacked || (one.values[place] ?? null) !== null;
          const upper = (place: number): number => scale.y(stacked ? (stacks[index]?.[place]?.[1] ?? 0) : value(place));
          const lower = (place: number): number => scale.y(stacked ? (stacks[index]?.[place]?.[0] ?? 0) : 0);
          const filled = area<number>((place) => x(scale.x, place), lower, upper).defined(defined)(places) ?? "";
          return (
            <g key={one.id}>
              {kind === "line" ? null : <path d={filled} fill={colour} fillOpacity={stacked ? 0.75 : 0.12} />}
              {stacked ? null : (
                <path
                  d={path.y(upper).defined(defined)(places) ?? ""}
                  fill="none"
                  stroke={colour}
                  strokeWidth={1.75}
                  strokeLinejoin="round"
                  strokeDasharray={one.dashed === true ? "4 3" : undefined}
                />
              )}
              {active === null || stacked || !defined(active) ? null : (
                <circle
                  cx={x(scale.x, active)}
                  cy={upper(active)}
                  r={3.5}
                  fill={colour}
                  className="stroke-surface"
                  strokeWidth={1.5}
                />
              )}
            </g>
          );
        })}
        {active === null ? null : (
          <line
            x1={x(scale.x, active)}
            x2={x(scale.x, active)}
            y1={MARGIN.top}
            y2={height - MARGIN.bottom}
            className="stroke-ink-3"
            strokeDasharray="2 2"
          />
        )}
      </>
    );
  };
  const pointAt = (px: number, _y: number, size: Size): number => {
    const scale = scales(size);
    return times.reduce(
      (best, _, place) => (Math.abs(x(scale.x, place) - px) < Math.abs(x(scale.x, best) - px) ? place : best),
      0,
    );
  };
  return (
    <div className="flex flex-col gap-2">
      <ChartFrame
        summary={summary}
        height={height}
        points={times.length}
        pointAt={pointAt}
        draw={draw}
        onChoose={onChoose === undefined ? undefined : (place) => onChoose(times[place] ?? 0)}
        tip={(place, size) => ({
          x: x(scales(size).x, place),
          y: MARGIN.top,
          content: <TipLines title={formatTime(times[place] ?? 0)} series={series} place={place} format={format} />,
        })}
        table={{
          head: ["Time", ...series.map(({ name }) => name)],
          rows: times.map((at, place) => [
            formatTime(at),
            ...series.map(({ values }) => (values[place] === null ? "–" : format(values[place] ?? 0))),
          ]),
        }}
      />
      {series.length > 1 ? <Legend series={series} /> : null}
    </div>
  );
}
