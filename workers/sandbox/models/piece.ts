/** What a model utters, one token at a time. The name of a called tool counts as one token. */
export type Piece =
  | { readonly kind: "content" | "reasoning"; readonly text: string }
  | { readonly kind: "tool_call"; readonly index: number; readonly id: string; readonly name: string }
  | { readonly kind: "tool_arguments"; readonly index: number; readonly text: string };

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

/** Pieces in order, drawn one by one, and how the model ends if nothing cuts it. */
export type Utterance = Generator<Piece, FinishReason>;

/** The tokens of one request, counted as they are drawn; of all its choices together. */
export interface Tally {
  readonly prompt_tokens: number;
  readonly cached_tokens: number;
  /** Includes the reasoning tokens. */
  completion_tokens: number;
  reasoning_tokens: number;
  /** The stop sequence that ended the answer, if one did. */
  stopped_by?: string;
}
