import { keepPreviousData, type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import type { ApiError } from "./api-error.ts";
import { client } from "./client.ts";
import { type QueryOptions, queryKey } from "./hooks.ts";
import type { AnswerOf, ParametersOf, PathOf } from "./types.ts";

/** Apart from the other hooks, so that the first page, which has no list by pages, loads without it. */

/** A list by pages: `data` of each page and `next_cursor`. Flatten with `rowsOf`. */
export function useInfiniteApiQuery<P extends PathOf<"get">>(
  path: P,
  parameters?: ParametersOf<P, "get">,
  { keepPrevious, ...options }: QueryOptions = {},
): UseInfiniteQueryResult<{ readonly pages: readonly AnswerOf<P, "get">[] }, ApiError> {
  return useInfiniteQuery<AnswerOf<P, "get">, ApiError>({
    queryKey: [...queryKey(path, parameters ?? {}), "pages"],
    queryFn: async ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) => {
      const given = (parameters ?? {}) as { readonly query?: object };
      const query = pageParam === null ? given.query : { ...given.query, cursor: pageParam };
      const { data } = await client.GET(path, { params: { ...given, query }, signal } as never);
      return data as AnswerOf<P, "get">;
    },
    initialPageParam: null,
    getNextPageParam: (page: { readonly next_cursor?: string | null }) => page.next_cursor ?? null,
    ...(keepPrevious === true ? { placeholderData: keepPreviousData } : {}),
    ...options,
  } as never) as never;
}

/** The rows of all pages that were read, in order. */
export const rowsOf = <Row>(query: {
  readonly data?: { readonly pages: readonly { readonly data: readonly Row[] }[] } | undefined;
}): readonly Row[] => query.data?.pages.flatMap(({ data }) => data) ?? [];
