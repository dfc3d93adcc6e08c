import { count } from "../lib/format.ts";
import { Button } from "./button.tsx";

export interface LoadMoreProps {
  readonly shown: number;
  readonly hasMore: boolean;
  readonly busy: boolean;
  readonly onMore: () => void;
  readonly one?: string;
  readonly many?: string;
}

/** Below a list by cursor: how many rows are there, and the next ones. */
export const LoadMore = ({ shown, hasMore, busy, onMore, one = "row", many = "rows" }: LoadMoreProps) => (
  <div className="flex items-center justify-between gap-3 text-xs text-ink-3">
    <span className="figure">
      {count(shown, one, many)}
      {hasMore ? ", and more" : ""}
    </span>
    {hasMore ? (
      <Button size="sm" busy={busy} onClick={onMore}>
        Load more
      </Button>
    ) : null}
  </div>
);
