import { useEffect } from "react";
import { useApiQuery } from "../../api/hooks.ts";
import { rowsOf, useInfiniteApiQuery } from "../../api/pages.ts";
import { useSearchFurther } from "../../api/search-further.ts";
import type { LogRow } from "./columns.tsx";
import { joined, NEWEST } from "./joined.ts";

const PAGE = "50";
const LIVE_MS = 4_000;

/** The log by pages, and on top of it what has come since, if that is wanted. */
export function useRequestLog(query: Readonly<Record<string, string>>, live: boolean) {
  const pages = useInfiniteApiQuery("/v1/requests", { query: { ...query, limit: PAGE } }, { keepPrevious: true });
  const newest = useApiQuery(
    "/v1/requests",
    { query: { ...query, limit: String(NEWEST) } },
    { enabled: live, refetchInterval: LIVE_MS },
  );
  const older = rowsOf(pages) as readonly LogRow[];
  const { rows, gap } = joined(live ? (newest.data?.data ?? []) : [], older);
  const searching = useSearchFurther(pages, rows.length);
  const { refetch, isFetching } = pages;
  useEffect(() => {
    if (gap && !isFetching) void refetch();
  }, [gap, isFetching, refetch]);
  return { pages, rows, searching };
}
