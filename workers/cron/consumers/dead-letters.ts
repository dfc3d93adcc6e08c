import { log } from "../../../schema/kernel/log.ts";
import { deadLetter, keepDeadLetters } from "../dead-letters/store.ts";
import { problemOf } from "../problem-of.ts";
import type { ConsumerContext } from "./events.ts";
import { retryLater } from "./retry-later.ts";

/** Keeps what the queue `from` gave up on, until someone replays it. Nothing comes after this: it is never given up. */
export async function consumeDeadLetters(
  batch: MessageBatch,
  from: string,
  { db, effects }: Pick<ConsumerContext, "db" | "effects">,
): Promise<void> {
  const at = effects.now();
  const letters = batch.messages.map((message) => deadLetter(message, from, at, "the queue's retries are used up"));
  try {
    await keepDeadLetters(db, letters);
    batch.ackAll();
  } catch (error) {
    log("error", "dead_letters_not_kept", { letters: letters.length, problem: problemOf(error) });
    for (const message of batch.messages) retryLater(message);
  }
}
