import type { Event } from "../schema/wire/events.ts";
import type { SqlDatabase, SqlValue } from "../scripts/platform/sql-database.ts";
import { standIn } from "../sim/world/stand-in.ts";
import { recordEvents } from "../workers/cron/events/record-events.ts";
import type { StoredEvent } from "../workers/cron/events/rows.ts";

/** What is recorded together, as of a time: the events of a day. */
export interface EventBatch {
  readonly events: readonly Event[];
  readonly at: number;
}

/**
 * Records batches one after the other, as the consumer of the queue does: rows, hourly sums, figures of experiments, totals
 * and alerts in one transaction, what is there already left out. So what an interrupted demo had recorded is not counted
 * twice.
 */
export class Recorder {
  private done: Promise<void> = Promise.resolve();
  private readonly database: SqlDatabase;
  private readonly newBatchId: () => string;

  constructor(database: SqlDatabase, newBatchId: () => string) {
    this.database = database;
    this.newBatchId = newBatchId;
  }

  add({ events, at }: EventBatch): void {
    const stored = events.filter((event): event is StoredEvent => event.type !== "request.blocked");
    const before = this.done;
    this.done = before.then(async () => {
      await recordEvents(d1Of(this.database), stored, this.newBatchId(), at);
    });
    // Whoever waits for the end is told.
    this.done.catch(() => undefined);
  }

  /** Resolves when all is recorded. */
  finished(): Promise<void> {
    return this.done;
  }
}

/** The database as the consumer knows it. How many rows changed is not told, and nothing here asks. */
function d1Of(database: SqlDatabase): Pick<D1Database, "prepare" | "batch"> {
  const bound = new WeakMap<D1PreparedStatement, { readonly sql: string; readonly params: readonly SqlValue[] }>();
  const prepare = (sql: string, params: readonly SqlValue[] = []): D1PreparedStatement => {
    const statement = standIn<D1PreparedStatement>({
      bind: (...values: unknown[]) => prepare(sql, values.map(bindable)),
    });
    bound.set(statement, { sql, params });
    return statement;
  };
  const batch = async (statements: readonly D1PreparedStatement[]) => {
    const rows = await database.batch(
      statements.map((statement) => {
        const text = bound.get(statement);
        if (text === undefined) throw new Error("a statement of another database");
        return text;
      }),
    );
    return JSON.parse(JSON.stringify(rows.map((results) => ({ success: true, results, meta: { changes: 0 } }))));
  };
  return standIn<Pick<D1Database, "prepare" | "batch">>({ prepare: (sql: string) => prepare(sql), batch });
}

function bindable(value: unknown): SqlValue {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  throw new TypeError(`cannot be bound: ${typeof value}`);
}
