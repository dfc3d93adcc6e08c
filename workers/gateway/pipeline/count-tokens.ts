import { log } from "../../../schema/kernel/log.ts";
import type { ModelInfo } from "../../../schema/pricing/price.ts";
import type { ChatRequest } from "../../../schema/wire/openai-chat.ts";
import type { TokenizerRpc } from "../../../schema/wire/tokenizer-rpc.ts";
import type { AnswerMeter } from "./answer-meter.ts";

/**
 * The encoding that stands in where a provider publishes none, and what its count is raised by. Claude's tokenizers make
 * more tokens of the same text: 16 and 25 % more in the recorded answers of some length. A count only bills where no
 * usage was reported, and is marked as an estimate; it must not stay below what was delivered.
 */
const STAND_IN = "o200k_base" as const;
const STAND_IN_FACTOR = 1.35;

const raised = (tokens: number, model: ModelInfo): number =>
  model.encoding === null ? Math.ceil(tokens * STAND_IN_FACTOR) : tokens;

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
    return raised(tokens, model);
  } catch (error) {
    log("error", "tokenizer_failed", { reason: String(error) });
    return null;
  }
}

/** Tokens of plain texts together, or null when the tokenizer does not answer. */
export async function countTexts(
  tokenizer: TokenizerRpc,
  texts: readonly string[],
  model: ModelInfo,
): Promise<number | null> {
  try {
    const counts = await tokenizer.countTexts({ encoding: model.encoding ?? STAND_IN, texts: [...texts] });
    return raised(
      counts.reduce((sum, { tokens }) => sum + tokens, 0),
      model,
    );
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
    pending.finish(count === undefined ? null : raised(count.tokens, model));
  } catch (error) {
    log("error", "tokenizer_failed", { reason: String(error) });
    pending.finish(null);
  }
}
