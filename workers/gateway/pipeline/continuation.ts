import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import type { Usage } from "../../../schema/canonical/usage.ts";
import type { StreamFold, Translation } from "../providers/kit/provider.ts";
import type { Ending, Exchange } from "./exchange.ts";

/** A stream that broke off, as whoever goes on with it is told. */
export interface Broken {
  readonly exchange: Exchange;
  readonly error: UpstreamError;
  /** How its attempt is charged; null where nothing is owed. */
  readonly ending: Ending | null;
  /** Whether its attempt brought anything of the answer. */
  readonly delivered: boolean;
  /** All that the caller has of the answer. */
  readonly text: string;
}

/** What came of the call that is to go on with a stream. */
export type Opened =
  | {
      readonly status: "open";
      readonly body: ReadableStream<Uint8Array>;
      readonly fold: StreamFold<unknown>;
      readonly translation: Translation;
    }
  | { readonly status: "failed"; readonly error: UpstreamError; readonly owed: boolean }
  /** By the relay itself. */
  | { readonly status: "aborted" };

/** The attempt that goes on with a stream, under the same hold. */
export interface NextStream {
  readonly exchange: Exchange;
  readonly abort: AbortController;
  /** What the attempt before was charged for. */
  readonly used: Usage;
  /** Calls the provider. */
  open(): Promise<Opened>;
}

/** How a stream that breaks off behind what was delivered goes on. */
export interface Continuation {
  /** Charges the broken attempt and makes the next one ready; null where there is none. Then the hold stays as it was. */
  next(broken: Broken): Promise<NextStream | null>;
}
