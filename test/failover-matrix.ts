/**
 * What becomes of a request whose provider fails, as a table: e2e/failover-matrix.test.ts puts each cell to the test, and
 * docs/routing.md shows it.
 */

/** What the caller sees and what it costs. */
export interface Cell {
  readonly status: number;
  readonly code?: string;
  /** Calls of providers in all. */
  readonly calls: number;
  /** `sent`: the prompt and what had been sent. */
  readonly charged: "nothing" | "prompt" | "sent" | "answer" | "prompt, answer";
  /** Whole seconds. */
  readonly retry_after?: string;
  /** The stream ends with an error event. */
  readonly error_event?: true;
}

export interface FailureRow {
  readonly failure: string;
  /** The model fails once and then answers, and is the only one; null where it never would. */
  readonly passes: Cell | null;
  /** The model fails always, and the rule has another one that answers. */
  readonly next: Cell;
  /** The model fails always, and is the only one. */
  readonly lasts: Cell;
}

const answered = (calls: number): Cell => ({ status: 200, calls, charged: "answer" });
/** The provider may bill what failed: it is charged as an attempt of its own. */
const answeredBehindOwed: Cell = { status: 200, calls: 2, charged: "prompt, answer" };
const failed = (status: number, code: string, calls: number, more: Partial<Cell> = {}): Cell => ({
  status,
  code,
  calls,
  charged: "nothing",
  ...more,
});

/** Everywhere the same: it is what the caller meets however many models there are. */
const everywhere = (cell: Cell): Omit<FailureRow, "failure"> => ({ passes: cell, next: cell, lasts: cell });

const passing = (lasts: Cell): Omit<FailureRow, "failure"> => ({ passes: answered(2), next: answered(2), lasts });

const limited = (more: Partial<Cell> = {}): Cell => failed(429, "provider_rate_limited", 3, more);

export const FAILOVER_MATRIX = [
  { failure: "no connection", ...passing(failed(502, "upstream_error", 3)), passes: null },
  { failure: "a connection that breaks before the headers", ...passing(failed(502, "upstream_error", 3)) },
  {
    failure: "a time-out before the headers",
    ...everywhere(failed(504, "upstream_timeout", 1, { charged: "prompt" })),
    next: answeredBehindOwed,
  },
  { failure: "429 without Retry-After", ...passing(limited()) },
  { failure: "429, Retry-After in seconds", ...passing(limited({ retry_after: "1" })) },
  { failure: "429, Retry-After as a date", ...passing(limited({ retry_after: "1" })) },
  { failure: "429, retry-after-ms", ...passing(limited({ retry_after: "1" })) },
  {
    failure: "429, Retry-After behind the deadline",
    ...everywhere(failed(429, "provider_rate_limited", 1, { retry_after: "600" })),
    next: answered(2),
  },
  { failure: "500", ...passing(failed(502, "upstream_error", 3)) },
  { failure: "503", ...passing(failed(503, "upstream_error", 3)) },
  { failure: "529", ...passing(failed(503, "upstream_error", 3)) },
  { failure: "an error as the first event", ...passing(failed(502, "upstream_error", 3)) },
  {
    failure: "a stream that breaks off before its first event",
    ...everywhere(failed(502, "upstream_error", 1, { charged: "prompt" })),
    next: answeredBehindOwed,
  },
  {
    failure: "an error in the middle of a stream",
    ...everywhere({ status: 200, calls: 1, charged: "sent", error_event: true }),
  },
  {
    failure: "a stream that breaks off in the middle",
    ...everywhere({ status: 200, calls: 1, charged: "sent", error_event: true }),
  },
] as const satisfies readonly FailureRow[];

export type Failure = (typeof FAILOVER_MATRIX)[number]["failure"];
