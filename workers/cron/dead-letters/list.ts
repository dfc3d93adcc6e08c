import { LIMITS } from "../../../schema/kernel/limits.ts";
import { assert } from "../../../schema/kernel/unreachable.ts";
import type { DeadLetterPage, DeadLetterRow, DeadLettersRequest } from "../../../schema/wire/cron-rpc.ts";
import type { Database } from "../env.ts";

/** Dead letters, newest first, replayed ones included. `limit` is 1 to LIMITS.page_size. */
export async function listDeadLetters(db: Database, { limit, cursor }: DeadLettersRequest): Promise<DeadLetterPage> {
  assert(Number.isInteger(limit) && limit >= 1 && limit <= LIMITS.page_size, `limit ${limit} is out of range`);
  const before = cursor === undefined ? NEWEST : readCursor(cursor);
  if (before === null) return { status: "invalid_cursor" };
  // One more than asked for tells whether there is a next page.
  const { results } = await db
    .prepare(LIST)
    .bind(before.at, before.id, limit + 1)
    .all<DeadLetterRow>();
  const letters = results.slice(0, limit);
  const last = letters.at(-1);
  const more = results.length > limit && last !== undefined;
  return { status: "ok", letters, next_cursor: more ? `${last.at}:${last.id}` : null };
}

interface Position {
  readonly at: number;
  readonly id: string;
}

const NEWEST: Position = { at: Number.MAX_SAFE_INTEGER, id: "" };

function readCursor(cursor: string): Position | null {
  const match = /^(\d{1,15}):(.+)$/.exec(cursor);
  return match?.[1] === undefined || match[2] === undefined ? null : { at: Number(match[1]), id: match[2] };
}

const LIST = `
  SELECT id, queue, at, attempts, reason, body, replayed_at
  FROM dead_letters
  WHERE (at, id) < (?1, ?2)
  ORDER BY at DESC, id DESC
  LIMIT ?3`;
