import { isRefused, type Refused } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import { log } from "../../../schema/kernel/log.ts";
import { countSql, eraseSql } from "../../../schema/texts/erase-sql.ts";
import { removeDueTexts } from "../../../schema/texts/remove-due.ts";
import type { Actor } from "../access/actor.ts";
import { auditActor, commit } from "../audit/commit.ts";
import type { ConsoleScope } from "../http/scope.ts";

/** Objects, in thousands, that are deleted before the answer. What is more goes with the next minutes' jobs. */
const PAGES = 10;

/** Whose texts go, and how the audit log tells it. */
export interface Erasure {
  /** With parameters from `?3` on. */
  readonly condition: string;
  readonly params: readonly (string | number)[];
  readonly action: string;
  readonly target: { readonly type: string; readonly id: string };
  readonly details: JsonObject;
}

export interface Erased {
  /** How many there were. None of them can be read any more. */
  readonly erased: number;
  /** How many of the org's are still to be deleted, by the scheduled job. */
  readonly pending: number;
}

/**
 * Erases texts of the actor's org: from the entry on they are not shown, then their objects are deleted. Texts whose
 * gateway is about to store them are among them.
 */
export async function eraseTexts(scope: ConsoleScope, actor: Actor, erasure: Erasure): Promise<Erased | Refused> {
  const { org_id } = actor;
  const now = scope.effects.now();
  const { condition, action, target, details } = erasure;
  const params = [org_id, now, ...erasure.params];
  const erased = await count(scope, countSql(condition), params);
  const written = await commit(scope, {
    org_id,
    actor: auditActor(actor),
    action,
    target,
    details: { ...details, texts: erased },
    preconditions: [],
    statements: [{ sql: eraseSql(condition), params }],
    effects: [],
  });
  if (isRefused(written)) return written;
  await removeDueTexts(scope.env.DB, scope.env, {
    now: scope.effects.now(),
    log_days: scope.config.AO_LOG_DAYS,
    pages: PAGES,
    org_id,
  }).catch((error: unknown) => {
    log("warn", "texts_not_removed", { request_id: scope.request_id, org_id, reason: String(error) });
  });
  return { erased, pending: await count(scope, PENDING, [org_id]) };
}

async function count(scope: ConsoleScope, sql: string, params: readonly (string | number)[]): Promise<number> {
  const row = await scope.env.DB.prepare(sql)
    .bind(...params)
    .first<{ texts: number }>();
  return row?.texts ?? 0;
}

const PENDING =
  "SELECT COUNT(*) AS texts FROM request_texts WHERE org_id = ?1 AND erased_at IS NOT NULL AND removed_at IS NULL AND due_at IS NOT NULL";
