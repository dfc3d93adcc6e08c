import type { ScaleLinear } from "d3-scale";

export const MARGIN = { top: 10, right: 8, bottom: 22, left: 52 } as const;

/** Lines and values of the upright axis. */
export const ValueAxis = ({
  scale,
  width,
  format,
  left = MARGIN.left,
}: {
  readonly scale: ScaleLinear<number, number>;
  readonly width: number;
  readonly format: (value: number) => string;
  readonly left?: number;
}) => (
  <g>
    {scale.ticks(4).map((value) => (
      <g key={value} transform={`translate(0,${Math.round(scale(value)) + 0.5})`}>
        <line x1={left} x2={width - MARGIN.right} className="stroke-line" />
        <text x={left - 8} dy="0.32em" textAnchor="end" className="figure fill-ink-3">
          {format(value)}
        </text>
      </g>
    ))}
  </g>
);

export interface Tick {
  readonly key: string;
  readonly x: number;
  readonly text: string;
}

/** Names below: as many as have room. */
export function PlaceAxis({
  ticks,
  width,
  height,
  room = 64,
}: {
  readonly ticks: readonly Tick[];
  readonly width: number;
  readonly height: number;
  readonly room?: number;
}) {
  const every = Math.max(1, Math.ceil((ticks.length * room) / Math.max(1, width - MARGIN.left)));
  return (
    <g>
      {ticks
        .filter((_, index) => index % every === 0)
        .map(({ key, x, text }) => (
          <text key={key} x={Math.min(x, width - 20)} y={height - 6} textAnchor="middle" className="fill-ink-3">
            {text}
          </text>
        ))}
    </g>
  );
}
