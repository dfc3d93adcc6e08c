import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { TranslateInput } from "../kit/provider.ts";
import type { ConvertedThinking } from "./convert-thinking.ts";
import type { ModelTraits } from "./model-traits.ts";
import type { MessagesRequest } from "./wire.ts";

/** Some fields of the body, and what was lost on the way to them. */
export interface Fields<Name extends keyof MessagesRequest> {
  readonly fields: Partial<Pick<MessagesRequest, Name>>;
  readonly warnings: readonly string[];
}

const isSet = (value: unknown): boolean => value !== null && value !== undefined;

/** The bound that the API requires, and the caller's field to blame for it. */
export function outputBound({ request, model, max_output_tokens }: TranslateInput): {
  readonly max_tokens: number;
  readonly param: string;
} {
  if (isSet(request.max_completion_tokens) || !isSet(request.max_tokens)) {
    const max_tokens = request.max_completion_tokens ?? max_output_tokens ?? model.max_output_tokens;
    return { max_tokens, param: isSet(request.max_completion_tokens) ? "max_completion_tokens" : "reasoning_effort" };
  }
  return { max_tokens: request.max_tokens ?? model.max_output_tokens, param: "max_tokens" };
}

/**
 * `temperature` and `top_p` are wishes about style: where the model (or thinking) takes only their default they are left
 * out with a warning. Their default, 1, is not sent: it says nothing.
 */
export function convertSampling(
  request: ChatRequest,
  traits: ModelTraits,
  { thinking }: ConvertedThinking,
): Fields<"temperature" | "top_p" | "top_k"> {
  const temperature = request.temperature ?? 1;
  const top_p = request.top_p ?? 1;
  const top_k = request.top_k ?? undefined;
  const thinks = thinking !== null && thinking.type !== "disabled";
  const takes_any = !thinks && traits.sampling !== "none";
  const sends_temperature = temperature !== 1 && takes_any;
  const sends_top_p = top_p !== 1 && takes_any && !(sends_temperature && traits.sampling === "one");
  const why = thinks ? "reasoning" : sends_temperature ? "temperature on this model" : "this model";
  return {
    fields: {
      ...(sends_temperature ? { temperature } : {}),
      ...(sends_top_p ? { top_p } : {}),
      ...(top_k !== undefined && takes_any ? { top_k } : {}),
    },
    warnings: [
      ...(temperature !== 1 && !sends_temperature ? [`temperature left out: not possible with ${why}`] : []),
      ...(top_p !== 1 && !sends_top_p ? [`top_p left out: not possible with ${why}`] : []),
      ...(isSet(top_k) && !takes_any ? [`top_k left out: not possible with ${why}`] : []),
    ],
  };
}

/** The API refuses a stop sequence of white space only. */
export function convertStop(stop: ChatRequest["stop"]): Fields<"stop_sequences"> {
  const asked = typeof stop === "string" ? [stop] : (stop ?? []);
  const stop_sequences = asked.filter((sequence) => sequence.trim() !== "");
  return {
    fields: stop_sequences.length > 0 ? { stop_sequences } : {},
    warnings: stop_sequences.length < asked.length ? ["a blank stop sequence left out"] : [],
  };
}
