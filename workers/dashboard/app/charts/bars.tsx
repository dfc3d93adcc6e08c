import { scaleBand, scaleLinear } from "d3-scale";
import { formatCompact } from "../lib/format.ts";
import { MARGIN, PlaceAxis, ValueAxis } from "./axes.tsx";
import { EmptyChart } from "./empty-chart.tsx";
import { ChartFrame, type Size } from "./frame.tsx";
import { Legend, TipLines } from "./legend.tsx";
import { colourOf, isEmpty, maximum, type Series, stack } from "./series.ts";

export interface BarsProps {
  readonly summary: string;
  /** What stands below each group of bars, and is unique. */
  readonly places: readonly string[];
  readonly series: readonly Series[];
  readonly kind?: "grouped" | "stacked";
  readonly height?: number;
  readonly format?: (value: number) => string;
  readonly formatTick?: (value: number) => string;
  readonly onChoose?: (place: string) => void;
}

/** Upright bars, beside or on top of each other. */
export function Bars({
  summary,
  places,
  series,
  kind = "stacked",
  height = 240,
  format = formatCompact,
  formatTick = formatCompact,
  onChoose,
}: BarsProps) {
  if (places.length === 0 || isEmpty(series)) return <EmptyChart height={height} />;
  const stacked = kind === "stacked";
  const stacks = stack(series, places.length);
  const scales = ({ width }: Size) => ({
    x: scaleBand(places, [MARGIN.left, width - MARGIN.right])
      .paddingInner(0.25)
      .paddingOuter(0.15),
    y: scaleLinear([0, maximum(series, stacked)], [height - MARGIN.bottom, MARGIN.top]).nice(4),
  });
  const draw = (size: Size, active: number | null) => {
    const { x, y } = scales(size);
    const width = stacked ? x.bandwidth() : x.bandwidth() / series.length;
    return (
      <>
        <ValueAxis scale={y} width={size.width} format={formatTick} />
        <PlaceAxis
          width={size.width}
          height={height}
          ticks={places.map((place) => ({ key: place, x: (x(place) ?? 0) + x.bandwidth() / 2, text: place }))}
        />
        {series.map((one, index) => (
          <g key={one.id} fill={colourOf(one, index)}>
            {places.map((place, at) => {
              const [bottom, top] = stacked ? (stacks[index]?.[at] ?? [0, 0]) : ([0, one.values[at] ?? 0] as const);
              return (
                <rect
                  key={place}
                  x={(x(place) ?? 0) + (stacked ? 0 : index * width)}
                  y={y(top)}
                  width={Math.max(1, width - (stacked ? 0 : 1))}
                  height={Math.max(0, y(bottom) - y(top))}
                  rx={1.5}
                  opacity={active === null || active === at ? 1 : 0.45}
                />
              );
            })}
          </g>
        ))}
      </>
    );
  };
  const middle = (place: number, size: Size): number => {
    const { x } = scales(size);
    return (x(places[place] ?? "") ?? 0) + x.bandwidth() / 2;
  };
  return (
    <div className="flex flex-col gap-2">
      <ChartFrame
        summary={summary}
        height={height}
        points={places.length}
        pointAt={(px, _y, size) =>
          places.reduce(
            (best, _, place) => (Math.abs(middle(place, size) - px) < Math.abs(middle(best, size) - px) ? place : best),
            0,
          )
        }
        draw={draw}
        onChoose={onChoose === undefined ? undefined : (place) => onChoose(places[place] ?? "")}
        tip={(place, size) => ({
          x: middle(place, size),
          y: MARGIN.top,
          content: <TipLines title={places[place] ?? ""} series={series} place={place} format={format} />,
        })}
        table={{
          head: ["At", ...series.map(({ name }) => name)],
          rows: places.map((place, at) => [place, ...series.map(({ values }) => format(values[at] ?? 0))]),
        }}
      />
      {series.length > 1 ? <Legend series={series} /> : null}
    </div>
  );
}
