import { lazy, Suspense } from "react";
import { Skeleton } from "../ui/skeleton.tsx";
import type { BarsProps } from "./bars.tsx";
import type { TimeSeriesProps } from "./time-series.tsx";

/** Charts whose code comes behind the page: what the overview draws is no part of the first load. Of the same height. */

const TimeSeries = lazy(async () => ({ default: (await import("./time-series.tsx")).TimeSeries }));
const Bars = lazy(async () => ({ default: (await import("./bars.tsx")).Bars }));

export const LazyTimeSeries = (props: TimeSeriesProps) => (
  <Suspense fallback={<ChartSkeleton height={props.height} />}>
    <TimeSeries {...props} />
  </Suspense>
);

export const LazyBars = (props: BarsProps) => (
  <Suspense fallback={<ChartSkeleton height={props.height} />}>
    <Bars {...props} />
  </Suspense>
);

/** In place of a chart, of its height. */
export const ChartSkeleton = ({ height = 240 }: { readonly height?: number | undefined }) => (
  <div style={{ height }}>
    <Skeleton className="size-full rounded-md" />
  </div>
);
