import { type LogFields, log } from "../../../schema/kernel/log.ts";
import type { ReplayAnswer } from "../../../schema/wire/cron-rpc.ts";
import type { Database } from "../env.ts";

/** One call handles this many; `remaining` says whether another is due. */
const MAX_LETTERS = 1_000;

/** What a queue takes at once: 100 messages of 256 KB together, here with room for what it adds to each. */
const MAX_SEND_MESSAGES = 100;
const MAX_SEND_BYTES = 200_000;

interface Letter {
  readonly id: string;
  readonly body: string;
}

/**
 * Sends dead letters through the queue again: those named, or the oldest of those that never were. They are sent first
 * and marked after: a crash in between sends them once more later, and the consumer counts an event once. One that
 * fails again comes back as a new dead letter.
 */
export async function replayDeadLetters(
  db: Database,
  queue: Pick<Queue<unknown>, "sendBatch">,
  ids: readonly string[] | "all",
  now: number,
): Promise<ReplayAnswer> {
  const letters = ids === "all" ? await waiting(db, now) : await named(db, ids);
  for (const group of sendGroups(letters)) {
    await queue.sendBatch(group.map((letter) => ({ body: JSON.parse(letter.body), contentType: "json" })));
    await db
      .prepare(
        "UPDATE dead_letters SET replayed_at = ?1, replay_asked_at = NULL WHERE id IN (SELECT value FROM json_each(?2))",
      )
      .bind(now, JSON.stringify(group.map((letter) => letter.id)))
      .run();
  }
  const found = new Set(letters.map((letter) => letter.id));
  const not_found = ids === "all" ? [] : ids.filter((id) => !found.has(id));
  const remaining = await countWaiting(db);
  log("info", "dead_letters_replayed", { replayed: letters.length, not_found: not_found.length, remaining });
  return { replayed: letters.length, not_found, remaining };
}

/**
 * Replays what operators asked for (`npm run dead-letters`), the oldest first, so many in one run. Throws what D1 and the
 * queue throw; what was not sent by then comes with the next run.
 */
export async function replayAskedFor(
  db: Database,
  queue: Pick<Queue<unknown>, "sendBatch">,
  now: number,
): Promise<LogFields> {
  const { results } = await db
    .prepare("SELECT id FROM dead_letters WHERE replay_asked_at IS NOT NULL ORDER BY replay_asked_at, id LIMIT ?1")
    .bind(MAX_LETTERS)
    .all<{ id: string }>();
  if (results.length === 0) return { replayed: 0 };
  const ids = results.map(({ id }) => id);
  const { replayed } = await replayDeadLetters(db, queue, ids, now);
  return { replayed };
}

/** Splits letters, in order, into groups that a queue takes at once. A letter too large for that goes alone. */
export function sendGroups<L extends Letter>(letters: readonly L[]): L[][] {
  const groups: L[][] = [];
  let group: L[] = [];
  let group_bytes = 0;
  for (const letter of letters) {
    const bytes = new TextEncoder().encode(letter.body).length;
    if (group.length > 0 && (group.length === MAX_SEND_MESSAGES || group_bytes + bytes > MAX_SEND_BYTES)) {
      groups.push(group);
      group = [];
      group_bytes = 0;
    }
    group.push(letter);
    group_bytes += bytes;
  }
  return group.length === 0 ? groups : [...groups, group];
}

async function waiting(db: Database, now: number): Promise<Letter[]> {
  const { results } = await db
    .prepare("SELECT id, body FROM dead_letters WHERE replayed_at IS NULL AND at <= ?1 ORDER BY at, id LIMIT ?2")
    .bind(now, MAX_LETTERS)
    .all<Letter>();
  return results;
}

async function named(db: Database, ids: readonly string[]): Promise<Letter[]> {
  const { results } = await db
    .prepare("SELECT id, body FROM dead_letters WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY at, id LIMIT ?2")
    .bind(JSON.stringify(ids), MAX_LETTERS)
    .all<Letter>();
  return results;
}

async function countWaiting(db: Database): Promise<number> {
  const count = await db.prepare("SELECT COUNT(*) AS n FROM dead_letters WHERE replayed_at IS NULL").first<number>("n");
  return count ?? 0;
}
