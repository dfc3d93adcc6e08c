import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { timeOfId } from "../../../../../schema/kernel/ids.ts";
import { ApiError } from "../../api/api-error.ts";
import { client } from "../../api/client.ts";
import { queryKey } from "../../api/hooks.ts";
import { effects } from "../../lib/effects.ts";
import type { LoggedRequest } from "./timeline.ts";
import type { Refusal } from "./words.ts";

/** What is known of a request: its row of the log, or why it was refused and has none. */
export type FoundRequest =
  | { readonly is: "logged"; readonly request: LoggedRequest }
  | { readonly is: "refused"; readonly refusal: Refusal }
  | { readonly is: "missing" };

/** As long as this a request or its refusal may be on its way to where it is kept: it is asked for again. */
const ON_ITS_WAY_MS = 60_000;
const AGAIN_MS = 2_000;

export const isYoung = (id: string): boolean => effects.now() - timeOfId(id) < ON_ITS_WAY_MS;

/** A request by its id; one that has only just ended is found as soon as it is there. */
export const useRequest = (id: string): UseQueryResult<FoundRequest, ApiError> =>
  useQuery<FoundRequest, ApiError>({
    queryKey: queryKey("/v1/requests/{id}", { found: id }),
    queryFn: async ({ signal }) => {
      const asked = { params: { path: { id } }, signal };
      const request = await orNothing(client.GET("/v1/requests/{id}", asked));
      if (request !== null) return { is: "logged", request };
      const refusal = await orNothing(client.GET("/v1/requests/{id}/refusal", asked));
      return refusal === null ? { is: "missing" } : { is: "refused", refusal };
    },
    refetchInterval: ({ state }) => (state.data?.is === "missing" && isYoung(id) ? AGAIN_MS : false),
  });

/** The answer, or null where there is no such thing. */
async function orNothing<Data>(answer: Promise<{ readonly data?: Data }>): Promise<Data | null> {
  try {
    return (await answer).data ?? null;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
