import type { FinishReason } from "../../../../schema/canonical/parts.ts";
import { mapFinishReason as mapOpenAi } from "../openai/map-finish-reason.ts";

/** OpenAI's reasons, and the provider's own for the end of the context. `error` is a failure and no reason: null. */
export function mapFinishReason(reason: string): FinishReason | null {
  if (reason === "error") return null;
  return reason === "model_length" ? "length" : mapOpenAi(reason);
}
