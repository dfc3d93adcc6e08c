import { useCallback, useEffect, useRef, useState } from "react";
import { type ApiError, apiErrorOf } from "../../api/api-error.ts";
import { client } from "../../api/client.ts";
import { joinReplays, type Replayed, type ReplayQuestion } from "./replayed.ts";

/** Rows of one call: an answer within a second or two. */
const ROWS_A_CALL = 2_000;
/** Then it is asked whether to go on. */
const ROWS_AT_ONCE = 20_000;

export interface Replay {
  readonly busy: boolean;
  /** Of all rows that were looked at so far. */
  readonly sum: Replayed | null;
  readonly error: ApiError | null;
  /** Looks at the newest rows. What was found before is gone with the first answer. */
  run(question: ReplayQuestion): void;
  /** Looks at older ones. */
  goOn(): void;
  stop(): void;
}

/** Replays rules on the log, page by page, and adds the pages up. `onRefused` takes what belongs to a field of the rule. */
export function useReplay(onRefused?: (error: ApiError) => boolean): Replay {
  const [busy, setBusy] = useState(false);
  const [sum, setSum] = useState<Replayed | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const asked = useRef<{ readonly question: ReplayQuestion; readonly sum: Replayed | null } | null>(null);
  const abort = useRef<AbortController | null>(null);
  const refused = useRef(onRefused);
  refused.current = onRefused;

  const read = useCallback(async (question: ReplayQuestion, before: Replayed | null): Promise<void> => {
    abort.current?.abort();
    const leaving = new AbortController();
    abort.current = leaving;
    setBusy(true);
    setError(null);
    let all = before;
    asked.current = { question, sum: all };
    try {
      const until = (all?.looked_at ?? 0) + ROWS_AT_ONCE;
      do {
        const page = await askPage(question, all, leaving.signal);
        if (leaving.signal.aborted) return;
        all = joinReplays(all, page);
        asked.current = { question, sum: all };
        setSum(all);
      } while (all.next_cursor !== null && all.looked_at < until);
    } catch (failure) {
      if (leaving.signal.aborted) return;
      const told = apiErrorOf(failure);
      if (refused.current?.(told) !== true) setError(told);
    } finally {
      if (abort.current === leaving) setBusy(false);
    }
  }, []);
  useEffect(() => () => abort.current?.abort(), []);

  return {
    busy,
    sum,
    error,
    run: useCallback((question: ReplayQuestion) => void read(question, null), [read]),
    goOn: useCallback(() => {
      const last = asked.current;
      if (last !== null) void read(last.question, last.sum);
    }, [read]),
    stop: useCallback(() => {
      abort.current?.abort();
      abort.current = null;
      setBusy(false);
    }, []),
  };
}

async function askPage(question: ReplayQuestion, all: Replayed | null, signal: AbortSignal): Promise<Replayed> {
  const cursor = all?.next_cursor ?? null;
  const body = { ...question, limit: ROWS_A_CALL, ...(cursor === null ? {} : { cursor }) };
  const given: { readonly data?: unknown } = await client.POST("/v1/routing/replay", { body, signal } as never);
  return given.data as Replayed;
}
