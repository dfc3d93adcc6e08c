import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import type { ApiError } from "./api-error.ts";
import { client } from "./client.ts";
import { useRefresh } from "./hooks.ts";
import type { AnswerOf, BodyOf, Method, ParametersOf, PathOf } from "./types.ts";

/** Apart from the other hooks, so that the first page, which changes nothing, loads without it. */

export interface MutationInput<P extends PathOf<M>, M extends Method> {
  readonly parameters?: ParametersOf<P, M>;
  readonly body?: BodyOf<P, M>;
  /** `if-match`, `idempotency-key`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface MutationOptions<Answer> {
  /** Paths whose answers are not true any more, `/v1/wallets`; all that begin with one are asked for again. */
  readonly invalidates?: readonly string[];
  readonly onSuccess?: (answer: Answer) => void;
}

/** `useApiMutation("post", "/v1/keys/{id}/rotate", { invalidates: ["/v1/keys"] })`. Failures are `ApiError`. */
export function useApiMutation<M extends Exclude<Method, "get">, P extends PathOf<M>>(
  method: M,
  path: P,
  { invalidates = [], onSuccess }: MutationOptions<AnswerOf<P, M>> = {},
): UseMutationResult<AnswerOf<P, M>, ApiError, MutationInput<P, M>> {
  const refresh = useRefresh();
  return useMutation<AnswerOf<P, M>, ApiError, MutationInput<P, M>>({
    mutationFn: async ({ parameters, body, headers }) => {
      const { data } = await client.request(
        method,
        path as never,
        { params: parameters ?? {}, body, headers } as never,
      );
      return data as AnswerOf<P, M>;
    },
    onSuccess: async (answer) => {
      await refresh(invalidates);
      onSuccess?.(answer);
    },
  });
}
