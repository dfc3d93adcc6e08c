import type { Refused } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import type { SqlStatement } from "../../../schema/wire/audit-rpc.ts";
import type { Actor } from "../access/actor.ts";
import type { Precondition } from "../audit/commit.ts";
import type { ConsoleScope } from "../http/scope.ts";
import type { WalletEffect } from "../wallet/effects.ts";

/** Column values by column name, as D1 keeps them. */
export type Row = Readonly<Record<string, unknown>>;

export interface HookContext {
  readonly scope: ConsoleScope;
  readonly actor: Actor;
}

/** What a hook adds to a change that is about to be made. */
export interface Prepared {
  /** Column values beyond those that the caller sent, or in place of them. */
  readonly values?: Row;
  readonly preconditions?: readonly Precondition[];
  /** Run before the resource's own statement, in the same transaction. */
  readonly before?: readonly SqlStatement[];
  /** Run after it. */
  readonly after?: readonly SqlStatement[];
  readonly effects?: readonly WalletEffect[];
  /** Fields of the answer that are shown this once, such as a new key. */
  readonly once?: Row;
  /** Further details of the audit entry. */
  readonly details?: JsonObject;
}

/** A removal may be a change instead: what has a history is revoked or archived, not deleted. */
export interface Removal extends Prepared {
  readonly instead?: Row;
  /** What the audit log calls it, when it is no deletion: `revoked`. */
  readonly verb?: string;
}

/**
 * What a resource does beyond being stored. Each is asked before anything is written, and may refuse. A row that is
 * given belongs to the actor's org.
 */
export interface Hooks {
  /** The team that the row belongs to, for permissions of team roles. Absent: nothing of it belongs to a team. */
  teamOf?(row: Row, context: HookContext): Promise<string | null>;
  create?(values: Row, context: HookContext): Promise<Prepared | Refused>;
  update?(changes: Row, row: Row, context: HookContext): Promise<Prepared | Refused>;
  remove?(row: Row, context: HookContext): Promise<Removal | Refused>;
  /** Fields that are shown beyond the columns, by row in the same order. `single`: one was asked for by its id. */
  decorate?(rows: readonly Row[], context: HookContext, single: boolean): Promise<readonly Row[]>;
}

/** A column value that is text; anything else is a bug of ours. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new Error(`${column} is not text`);
  return value;
}

/** A column value that is text, or null. */
export const textOrNull = (row: Row, column: string): string | null => {
  const value = row[column];
  return typeof value === "string" ? value : null;
};
