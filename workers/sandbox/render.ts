import type { ProviderError } from "./errors.ts";
import type { GatheredChoice } from "./models/gathered.ts";
import type { FinishReason, Piece } from "./models/piece.ts";
import type { ReportedUsage } from "./models/usage.ts";

/**
 * One answer in a provider's words. What is said, and how it goes wrong, is decided elsewhere; a renderer only writes
 * it down, frame by frame or whole. It may keep what it needs of the answer so far.
 */
export interface Renderer {
  readonly content_type: string;
  /** Set where frames are not text, so that nothing may be put into them afterwards. */
  readonly binary?: true;
  /** What comes before the first piece. `usage` is what may be told by then. */
  open(usage: ReportedUsage | null): readonly Uint8Array[];
  piece(choice: number, piece: Piece): readonly Uint8Array[];
  finish(choice: number, reason: FinishReason): readonly Uint8Array[];
  /** What comes after all choices. `complete` false leaves out what ends a stream in this dialect. */
  close(usages: readonly ReportedUsage[], complete: boolean): readonly Uint8Array[];
  /** A failure after the headers. */
  error(error: ProviderError): readonly Uint8Array[];
  /** The JSON of a whole answer. */
  whole(choices: readonly GatheredChoice[], usage: ReportedUsage | null): string;
}
