import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { ApiError } from "./api-error.ts";
import { client } from "./client.ts";
import { queryKey } from "./hooks.ts";
import type { AnswerOf, BodyOf } from "./types.ts";

export type CostAnswer = AnswerOf<"/v1/analytics/cost", "post">;
export type CostBody = BodyOf<"/v1/analytics/cost", "post">;

export interface CostOptions<Result> {
  /** False asks nothing yet. */
  readonly enabled?: boolean;
  /** Shows the answer before until the next is there, as when a filter changes. */
  readonly keepPrevious?: boolean;
  /** What is made of the answer; all who ask the same share the answer itself. */
  readonly select?: (answer: CostAnswer) => Result;
}

/** What `POST /v1/analytics/cost` adds up: a question, for all that it is a POST. */
export const useCosts = <Result = CostAnswer>(
  body: CostBody,
  { enabled = true, keepPrevious = false, select }: CostOptions<Result> = {},
): UseQueryResult<Result, ApiError> =>
  useQuery<CostAnswer, ApiError, Result>({
    queryKey: queryKey("/v1/analytics/cost", body),
    enabled,
    staleTime: 60_000,
    queryFn: async ({ signal }) => (await client.POST("/v1/analytics/cost", { body, signal })).data as CostAnswer,
    ...(keepPrevious ? { placeholderData: keepPreviousData } : {}),
    ...(select === undefined ? {} : { select }),
  });
