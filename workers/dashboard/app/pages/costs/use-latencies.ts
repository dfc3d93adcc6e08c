import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { ApiError } from "../../api/api-error.ts";
import { client } from "../../api/client.ts";
import { queryKey } from "../../api/hooks.ts";
import type { AnswerOf, BodyOf } from "../../api/types.ts";

export type LatencyAnswer = AnswerOf<"/v1/analytics/latency", "post">;

export const useLatencies = (body: BodyOf<"/v1/analytics/latency", "post">): UseQueryResult<LatencyAnswer, ApiError> =>
  useQuery<LatencyAnswer, ApiError>({
    queryKey: queryKey("/v1/analytics/latency", body),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => (await client.POST("/v1/analytics/latency", { body, signal })).data as LatencyAnswer,
  });
