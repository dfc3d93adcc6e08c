import { keepPreviousData, type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ApiError } from "./api-error.ts";
import { client } from "./client.ts";
import type { AnswerOf, ParametersOf, PathOf } from "./types.ts";

/**
 * The API in components. The types of a path, its parameters and its answer come from the OpenAPI document; at the calls
 * below they are known to fit, which the compiler cannot see across a generic path.
 */

export interface QueryOptions {
  /** False asks nothing yet. */
  readonly enabled?: boolean;
  /** How long an answer is taken for current, in milliseconds. */
  readonly staleTime?: number;
  /** Asks anew every so many milliseconds while the page is seen. */
  readonly refetchInterval?: number | false;
  /** Shows the answer before until the next is there, as when a filter changes. */
  readonly keepPrevious?: boolean;
}

/** What queries are kept under: `queryKey("/v1/wallets")` is the beginning of all that ask this path. */
export const queryKey = (path: string, parameters?: unknown): readonly unknown[] =>
  parameters === undefined ? ["api", path] : ["api", path, parameters];

/** `useApiQuery("/v1/wallets/{id}/balance", { path: { id } })`. */
export function useApiQuery<P extends PathOf<"get">>(
  path: P,
  parameters?: ParametersOf<P, "get">,
  { keepPrevious, ...options }: QueryOptions = {},
): UseQueryResult<AnswerOf<P, "get">, ApiError> {
  return useQuery<AnswerOf<P, "get">, ApiError>({
    queryKey: queryKey(path, parameters ?? {}),
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const { data } = await client.GET(path, { params: parameters ?? {}, signal } as never);
      return data as AnswerOf<P, "get">;
    },
    ...(keepPrevious === true ? { placeholderData: keepPreviousData } : {}),
    ...options,
  } as never);
}

/** Asks again for everything whose path begins with one of these, `["/v1/wallets"]`. */
export function useRefresh(): (paths: readonly string[]) => Promise<void> {
  const queries = useQueryClient();
  return (paths) =>
    queries.invalidateQueries({
      predicate: ({ queryKey: [, path] }) =>
        typeof path === "string" && paths.some((prefix) => path.startsWith(prefix)),
    });
}
