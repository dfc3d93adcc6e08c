import type { ReactNode } from "react";

/** In place of a chart with nothing in it, of its height. */
export const EmptyChart = ({
  height,
  children = "Nothing in this time.",
}: {
  readonly height: number;
  readonly children?: ReactNode;
}) => (
  <div
    className="flex items-center justify-center rounded-md border border-dashed border-line text-sm text-ink-3"
    style={{ height }}
  >
    {children}
  </div>
);
