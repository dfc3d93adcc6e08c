import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import type { Refusal } from "../../../schema/kernel/errors.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import { upstreamFailure } from "../providers/kit/upstream-failure.ts";
import { timeoutError } from "./call-provider.ts";
import type { Ending } from "./exchange.ts";
import { refusalOf } from "./upstream-refusal.ts";

/** Every way a stream can end. */
export type Exit =
  | { readonly kind: "finished" }
  | { readonly kind: "error_event"; readonly error: UpstreamError }
  | { readonly kind: "read_error"; readonly reason: string }
  /** The body ended without the provider's terminal event. */
  | { readonly kind: "truncated" }
  | { readonly kind: "timed_out"; readonly after_ms: number }
  /** Whoever was to go on with it did not answer. */
  | { readonly kind: "no_answer"; readonly error: UpstreamError; readonly owed: boolean }
  | { readonly kind: "caller_gone" }
  /** The hold covers no more. */
  | { readonly kind: "cut" };

/** A stream that failed: as the log tells it, as the caller is told, and by what it may be gone on with. */
export interface StreamFailure {
  readonly outcome: Ending["outcome"];
  readonly refusal: Refusal;
  readonly error: UpstreamError;
}

/** How a stream failed; null where it did not. */
export function failureOf(exit: Exit): StreamFailure | null {
  switch (exit.kind) {
    case "error_event":
      return { outcome: "upstream_error", refusal: refusalOf(exit.error), error: exit.error };
    case "truncated":
      return broken("incomplete", "The provider's stream ended before its answer was complete.");
    case "read_error":
      return broken("upstream_error", `The provider's stream broke off (${exit.reason}).`);
    case "timed_out":
      return timedOut(timeoutError(exit.after_ms));
    case "no_answer":
      if (exit.error.class === "timeout") return timedOut(exit.error);
      return { outcome: "upstream_error", refusal: refusalOf(exit.error), error: exit.error };
    case "finished":
    case "cut":
    case "caller_gone":
      return null;
    default:
      return unreachable(exit);
  }
}

const broken = (outcome: Ending["outcome"], message: string): StreamFailure => ({
  outcome,
  refusal: { code: "upstream_error", message },
  error: upstreamFailure(message),
});

const timedOut = (error: UpstreamError): StreamFailure => ({
  outcome: "upstream_timeout",
  refusal: refusalOf(error),
  error,
});
