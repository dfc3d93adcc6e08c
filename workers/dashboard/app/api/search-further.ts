import { useEffect } from "react";

/** Pages that are asked for by themselves. */
const PAGES_BY_ITSELF = 10;

interface Pages {
  readonly data?: { readonly pages: readonly unknown[] } | undefined;
  readonly hasNextPage: boolean;
  readonly isFetching: boolean;
  readonly fetchNextPage: () => unknown;
}

/**
 * Asks on as long as no page had a row: one looks at so many rows at most, and may have none of them. Whether it is still
 * being searched.
 */
export function useSearchFurther({ data, hasNextPage, isFetching, fetchNextPage }: Pages, found: number): boolean {
  const searching = found === 0 && hasNextPage && (data?.pages.length ?? 0) < PAGES_BY_ITSELF;
  useEffect(() => {
    if (searching && !isFetching) void fetchNextPage();
  }, [searching, isFetching, fetchNextPage]);
  return searching;
}
