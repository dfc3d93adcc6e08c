import { Skeleton } from "../ui/skeleton.tsx";
import { Mark } from "./brand.tsx";

const LINES = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** The frame while it is found out who is signed in. */
export const ShellSkeleton = () => (
  <div className="flex min-h-dvh">
    <div className="hidden w-58 shrink-0 flex-col gap-4 border-r border-line bg-surface px-4 py-4 md:flex">
      <Mark />
      {LINES.map((line) => (
        <Skeleton key={line} className="h-3.5 w-36" />
      ))}
    </div>
    <main id="main" tabIndex={-1} aria-busy="true" className="flex min-w-0 flex-1 flex-col gap-5 px-4 pt-20 sm:px-6">
      <p className="sr-only">Loading…</p>
      <Skeleton className="h-6 w-48" />
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        {LINES.slice(0, 4).map((line) => (
          <Skeleton key={line} className="h-24 rounded-lg" />
        ))}
      </div>
      <Skeleton className="h-72 rounded-lg" />
    </main>
  </div>
);
