import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ApiError } from "../../api/api-error.ts";
import { client } from "../../api/client.ts";
import { queryKey } from "../../api/hooks.ts";
import type { AnswerOf } from "../../api/types.ts";
import { effects } from "../../lib/effects.ts";
import { presetRange } from "../../lib/range.ts";

export type Latency = AnswerOf<"/v1/analytics/latency", "post">;

const PATH = "/v1/analytics/latency";

/** Latencies of the last day by provider and hour. */
export function useLatencyOfDay(enabled: boolean) {
  const { from, to } = useMemo(() => presetRange("24h", effects.now()), []);
  return useQuery<Latency, ApiError>({
    queryKey: queryKey(PATH, { from, to, by: "provider" }),
    enabled,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const body = { from, to, granularity: "hour", group_by: ["provider"] } as const;
      const answer: { readonly data?: unknown } = await client.POST(PATH, { body, signal } as never);
      return answer.data as Latency;
    },
  });
}
