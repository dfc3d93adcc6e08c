/**
 * What reached the sandbox, for tests to ask: GET /_seen. Names of headers and fields, counts and outcomes; never a
 * prompt, an answer or a credential. Kept in the memory of the isolate, which is all a test aid needs.
 */

export interface SeenRequest {
  readonly seq: number;
  readonly at_ms: number;
  /** The caller's `x-request-id`, by which a test finds its own requests. */
  readonly request_id: string | null;
  readonly method: string;
  readonly path: string;
  readonly header_names: readonly string[];
  body_fields: readonly string[];
  model: string | null;
  stream: boolean;
  /** `max_completion_tokens`, else `max_tokens`, as they arrived. */
  max_tokens: number | null;
  include_usage: boolean;
  status: number | null;
  /** `open` until the last byte was handed over or the caller left. */
  state: "open" | "finished" | "cancelled";
  cancelled: boolean;
  prompt_tokens: number;
  /** Completion tokens, reasoning included, generated so far or until the end. */
  tokens_generated: number;
  /** Pieces of a streamed body handed over: SSE events, or fragments of them. */
  frames_sent: number;
}

const KEPT = 1_000;

export class SeenLog {
  #requests: SeenRequest[] = [];
  #next_seq = 1;

  /** Opens an entry for a request. The caller fills it in as it learns more. */
  open(request: Request, path: string, at_ms: number): SeenRequest {
    const seen: SeenRequest = {
      seq: this.#next_seq,
      at_ms,
      request_id: request.headers.get("x-request-id"),
      method: request.method,
      path,
      header_names: [...request.headers.keys()].sort(),
      body_fields: [],
      model: null,
      stream: false,
      max_tokens: null,
      include_usage: false,
      status: null,
      state: "open",
      cancelled: false,
      prompt_tokens: 0,
      tokens_generated: 0,
      frames_sent: 0,
    };
    this.#next_seq += 1;
    this.#requests.push(seen);
    if (this.#requests.length > KEPT) this.#requests.shift();
    return seen;
  }

  /** The last requests, oldest first; only those of one caller's request id if it is given. */
  list(request_id: string | null): readonly SeenRequest[] {
    if (request_id === null) return this.#requests;
    return this.#requests.filter((seen) => seen.request_id === request_id);
  }

  clear(): void {
    this.#requests = [];
  }
}

/** Ends an entry. Only the first end counts: a cancel after the last byte is not a cancel. */
export function endSeen(seen: SeenRequest, how: "finished" | "cancelled"): void {
  if (seen.state !== "open") return;
  seen.state = how;
  seen.cancelled = how === "cancelled";
}
