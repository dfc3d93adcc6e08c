import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../schema/wire/openai-chat.ts";

/** What the caller has of an answer that broke off. */
export interface SoFar {
  readonly text: string;
  /** What it took of the caller's bound, also where it was not delivered. */
  readonly output_tokens: number;
}

/**
 * Said behind the broken answer. A conversation that ends with the assistant would be shorter, but some providers take it for
 * complete and others refuse it, by model and not by provider.
 */
export const GO_ON =
  "Your answer above broke off. Continue exactly where it stopped, in the middle of the word if need be. Do not repeat any of it, and say nothing about this.";

/** Whether another model can go on with an answer to it: one text, of which no form is promised. */
export const mayBeContinued = ({
  n,
  logprobs,
  top_logprobs,
  response_format,
  audio,
  modalities,
}: ChatRequest): boolean =>
  (n ?? 1) === 1 &&
  logprobs !== true &&
  top_logprobs == null &&
  (response_format == null || response_format.type === "text") &&
  audio == null &&
  (modalities ?? []).every((modality) => modality === "text");

/** The caller's conversation with the answer so far behind it; refused where nothing is left of the caller's bound. */
export function continuedRequest(request: ChatRequest, { text, output_tokens }: SoFar): ChatRequest | Refused {
  const left = (bound: number | null | undefined) => (bound == null ? bound : bound - output_tokens);
  const max_tokens = left(request.max_tokens);
  const max_completion_tokens = left(request.max_completion_tokens);
  if (Math.min(max_tokens ?? 1, max_completion_tokens ?? 1) < 1) {
    return refuse("invalid_request", { message: "Nothing is left of the bound of the answer.", param: "max_tokens" });
  }
  // Providers refuse a turn without words.
  const turns: ChatRequest["messages"] =
    text.trim() === ""
      ? []
      : [
          { role: "assistant", content: text },
          { role: "user", content: GO_ON },
        ];
  return {
    ...request,
    messages: [...request.messages, ...turns],
    ...(max_tokens == null ? {} : { max_tokens }),
    ...(max_completion_tokens == null ? {} : { max_completion_tokens }),
  };
}
