import type { Part } from "../../../schema/canonical/parts.ts";
import type { Usage } from "../../../schema/canonical/usage.ts";
import type { ErrorBody } from "../../../schema/kernel/errors.ts";
import type { UpstreamEvent } from "../providers/kit/provider.ts";

/** What the platform adds to the end of a stream. */
export interface StreamTail {
  readonly usage: Usage;
  /** Sent in the last chunk's `ao` field; null when the caller did not ask. */
  readonly ao: Readonly<Record<string, string | number | boolean | null>> | null;
}

/** Renders an answer for the caller, as text of server-sent events. One per stream; stateful. */
export interface StreamRenderer {
  /** One upstream event with what it meant. The terminal event renders nothing: `end` does. */
  event(event: UpstreamEvent, parts: readonly Part[]): string;
  /** The regular end. */
  end(tail: StreamTail): string;
  /**
   * The end at what the wallet covers: a finish of `length` in every open choice, then the regular end. What the last
   * `event` rendered was not covered and was never sent.
   */
  cut(tail: StreamTail): string;
  /** An error in the middle: the envelope, and no success finish behind it. */
  error(body: ErrorBody): string;
  /** Renders the answer of another provider that goes on in the same stream; absent where the dialect cannot. */
  resume?(): StreamRenderer;
}
