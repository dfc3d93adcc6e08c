import { log } from "../../../schema/kernel/log.ts";
import type { ModelInfo } from "../../../schema/pricing/price.ts";
import type { ChatRequest } from "../../../schema/wire/openai-chat.ts";
import type { TokenizerRpc } from "../../../schema/wire/tokenizer-rpc.ts";
import type { AnswerMeter } from "./answer-meter.ts";

/** The encoding that stands in where a provider publishes none. */
const STAND_IN = "o200k_base" as const;

/** Prompt tokens as the tokenizer counts them, or null when it does not answer: then the bound from bytes stands. */
export async function countPrompt(
  tokenizer: TokenizerRpc,
  request: ChatRequest,
  model: ModelInfo,
): Promise<number | null> {
  try {
    const { tokens } = await tokenizer.countChat({
      encoding: model.encoding ?? STAND_IN,
      messages: request.messages,
      tools: request.tools,
      response_format: request.response_format,
    });
    return tokens;
  } catch (error) {
    log("error", "tokenizer_failed", { reason: String(error) });
    return null;
  }
}

/**
 * Counts the output text that waits in the meter, exactly. When the tokenizer does not answer, each byte stands as one
 * token: never fewer than there are.
 */
export async function countPendingOutput(tokenizer: TokenizerRpc, meter: AnswerMeter, model: ModelInfo): Promise<void> {
  const pending = meter.takePending();
  if (pending === null) return;
  try {
    const [count] = await tokenizer.countTexts({ encoding: model.encoding ?? STAND_IN, texts: [pending.text] });
    pending.finish(count?.tokens ?? null);
  } catch (error) {
    log("error", "tokenizer_failed", { reason: String(error) });
    pending.finish(null);
  }
}
