import { cx } from "../lib/class-names.ts";

/** A place where something is about to be, of its final size. */
export const Skeleton = ({ className }: { readonly className?: string }) => (
  <span aria-hidden="true" className={cx("block animate-shimmer rounded-sm bg-sunken", className)} />
);

const keys = (amount: number): readonly string[] => Array.from({ length: amount }, (_, index) => `skeleton-${index}`);

/** A table that is being read. */
export const TableSkeleton = ({ rows = 8, columns = 5 }: { readonly rows?: number; readonly columns?: number }) => (
  <div aria-hidden="true" className="rounded-lg border border-line bg-surface">
    <div className="h-9 rounded-t-lg border-b border-line bg-sunken/50" />
    {keys(rows).map((row) => (
      <div key={row} className="flex h-10 items-center gap-6 border-b border-line px-4 last:border-b-0">
        {keys(columns).map((column, index) => (
          <Skeleton key={column} className={cx("h-3", index === 0 ? "w-40" : "w-20 max-md:hidden")} />
        ))}
      </div>
    ))}
  </div>
);

/** Lines of a form or of facts that are being read. */
export const LinesSkeleton = ({ lines = 6 }: { readonly lines?: number }) => (
  <div aria-hidden="true" className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-4">
    {keys(lines).map((line) => (
      <div key={line} className="flex gap-6">
        <Skeleton className="h-3.5 w-28" />
        <Skeleton className="h-3.5 w-52" />
      </div>
    ))}
  </div>
);
