import { log } from "../../../schema/kernel/log.ts";
import type { Database } from "../env.ts";

/** A message that could not be consumed. Only the body's JSON is kept: a body that has none is kept as text. */
export interface DeadLetter {
  /** The queue message's id, the same at every redelivery. */
  readonly id: string;
  /** The queue that it could not be consumed from, where a replay sends it. */
  readonly queue: string;
  readonly at: number;
  readonly attempts: number;
  /** For people. Never what the message says. */
  readonly reason: string;
  /** JSON. */
  readonly body: string;
}

/** Keeps dead letters, once each, and logs a line for each. Throws what D1 throws; keeping them again is harmless. */
export async function keepDeadLetters(db: Database, letters: readonly DeadLetter[]): Promise<void> {
  if (letters.length === 0) return;
  await db.batch([db.prepare(INSERT).bind(JSON.stringify(letters))]);
  for (const { id, queue, attempts, reason } of letters) log("error", "dead_letter", { id, queue, attempts, reason });
}

/** A queue message as a dead letter. */
export function deadLetter(message: Message, queue: string, at: number, reason: string): DeadLetter {
  return { id: message.id, queue, at, attempts: message.attempts, reason, body: bodyText(message.body) };
}

/** Queues also carry what JSON does not (dates, maps, cycles): a dead letter must be kept whatever it is. */
function bodyText(body: unknown): string {
  try {
    return JSON.stringify(body) ?? "null";
  } catch {
    return JSON.stringify(String(body));
  }
}

const INSERT = `
  INSERT INTO dead_letters (id, queue, at, attempts, reason, body)
  SELECT
    value ->> 'id', value ->> 'queue', value ->> 'at', value ->> 'attempts', value ->> 'reason', value ->> 'body'
  FROM json_each(?1) WHERE true
  ON CONFLICT (id) DO NOTHING`;
