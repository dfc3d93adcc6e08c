import { log } from "../../../schema/kernel/log.ts";
import type { ModelInfo } from "../../../schema/pricing/price.ts";
import type { ChatRequest } from "../../../schema/wire/openai-chat.ts";
import type { Encoding, TokenizerRpc } from "../../../schema/wire/tokenizer-rpc.ts";
import type { AnswerMeter } from "./answer-meter.ts";
import { raiseCount, tokenStrategy } from "./token-strategies.ts";

/** The encoding of a model without one that no strategy names; every strategy names one. */
const STAND_IN: Encoding = "o200k_base";

const encodingOf = (model: ModelInfo): Encoding => model.encoding ?? tokenStrategy(model)?.stand_in ?? STAND_IN;

/** Prompt tokens as the tokenizer counts them, or null when it does not answer: then the bound from bytes stands. */
export async function countPrompt(
  tokenizer: TokenizerRpc,
  request: ChatRequest,
  model: ModelInfo,
): Promise<number | null> {
  try {
    const { tokens } = await tokenizer.countChat({
      encoding: encodingOf(model),
      messages: request.messages,
      tools: request.tools,
      response_format: request.response_format,
    });
    const tool_calls = request.messages.reduce((sum, message) => sum + callsOf(message), 0);
    return raiseCount({ tokens, texts: promptTexts(request), tool_calls }, tokenStrategy(model));
  } catch (error) {
    log("error", "tokenizer_failed", { reason: String(error) });
    return null;
  }
}

const callsOf = (message: ChatRequest["messages"][number]): number =>
  message.role === "assistant" ? (message.tool_calls?.length ?? 0) : 0;

/** The texts of a prompt, without what is no text: images, sounds, files. */
function* promptTexts({ messages, tools }: ChatRequest): Generator<string> {
  for (const message of messages) {
    const { content } = message;
    if (typeof content === "string") yield content;
    else for (const part of content ?? []) if (part.type === "text") yield part.text;
    if (message.role !== "assistant") continue;
    for (const call of message.tool_calls ?? []) yield call.function.arguments;
  }
  for (const tool of tools ?? []) yield JSON.stringify(tool);
}

/** Tokens of plain texts together, or null when the tokenizer does not answer. */
export async function countTexts(
  tokenizer: TokenizerRpc,
  texts: readonly string[],
  model: ModelInfo,
): Promise<number | null> {
  try {
    const counts = await tokenizer.countTexts({ encoding: encodingOf(model), texts: [...texts] });
    const tokens = counts.reduce((sum, count) => sum + count.tokens, 0);
    return raiseCount({ tokens, texts, tool_calls: 0 }, tokenStrategy(model));
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
  const { text, tool_calls } = pending;
  try {
    const [count] = await tokenizer.countTexts({ encoding: encodingOf(model), texts: [text] });
    if (count === undefined) pending.finish(null);
    else pending.finish(raiseCount({ tokens: count.tokens, texts: [text], tool_calls }, tokenStrategy(model)));
  } catch (error) {
    log("error", "tokenizer_failed", { reason: String(error) });
    pending.finish(null);
  }
}
