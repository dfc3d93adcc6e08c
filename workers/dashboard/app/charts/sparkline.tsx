/** The run of a figure beside it, without axes. `summary` says it in words. */
export function Sparkline({ values, summary, width = 88, height = 28 }: SparklineProps) {
  if (values.length < 2) return null;
  const low = Math.min(0, ...values);
  const span = Math.max(...values) - low || 1;
  const points = values.map((value, index) => {
    const x = 1 + (index / (values.length - 1)) * (width - 2);
    const y = height - 2 - ((value - low) / span) * (height - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg role="img" aria-label={summary} width={width} height={height} className="shrink-0">
      <polyline
        points={points.join(" ")}
        fill="none"
        strokeWidth={1.5}
        strokeLinejoin="round"
        className="stroke-chart-1"
      />
    </svg>
  );
}

export interface SparklineProps {
  readonly values: readonly number[];
  readonly summary: string;
  readonly width?: number;
  readonly height?: number;
}
