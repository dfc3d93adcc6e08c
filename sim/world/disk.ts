import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { standIn } from "./stand-in.ts";

/** Where the disk lends itself to faults, and who looks on. */
export interface DiskHost {
  /** Something was written that is not on the disk yet. */
  dirty(): void;
  /** After each statement that writes. */
  wrote(sql: string): void;
  /** After a transaction, and when writes were taken back. */
  transacted(kept: boolean): void;
  /** Whether this statement is to fail. */
  fails(): boolean;
  /** Resolves when all that was written is on the disk. */
  gate(): Promise<void>;
}

/** An error that the simulation made itself. */
export class SimulatedFault extends Error {}

const READS = /^\s*SELECT\b/i;
/** Housekeeping, which decides nothing and is done again. */
const OUTSIDE = /^\s*(CREATE|DROP|ALTER|UPDATE outbox_mark|DELETE FROM (outbox|idempotency)\b)/i;

/**
 * The storage of one object: SQLite in memory, which survives the object. What was written lies in an open transaction
 * until it is flushed, so that a crash can lose it, as the runtime does: nothing leaves an object before that.
 */
export class Disk {
  private readonly database = new DatabaseSync(":memory:");
  private readonly statements = new Map<string, StatementSync>();
  private writing = false;

  constructor() {
    this.database.exec("CREATE TABLE sim_alarm (id INTEGER PRIMARY KEY CHECK (id = 1), at REAL NOT NULL)");
  }

  get is_dirty(): boolean {
    return this.writing;
  }

  flush(): void {
    if (this.writing) this.database.exec("COMMIT");
    this.writing = false;
  }

  lose(): void {
    if (this.writing) this.database.exec("ROLLBACK");
    this.writing = false;
  }

  close(): void {
    this.database.close();
  }

  rows(sql: string, params: readonly SQLInputValue[] = []): Record<string, unknown>[] {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement.all(...params);
  }

  write(sql: string, params: readonly SQLInputValue[]): Record<string, unknown>[] {
    if (!this.writing) this.database.exec("BEGIN");
    this.writing = true;
    return this.rows(sql, params);
  }

  alarm(): number | null {
    const at = this.rows("SELECT at FROM sim_alarm")[0]?.at;
    return typeof at === "number" ? at : null;
  }

  setAlarm(at: number | null): void {
    if (at === null) this.write("DELETE FROM sim_alarm", []);
    else this.write("INSERT OR REPLACE INTO sim_alarm (id, at) VALUES (1, ?)", [at]);
  }

  savepoint(): void {
    if (!this.writing) this.database.exec("BEGIN");
    this.writing = true;
    this.database.exec("SAVEPOINT turn");
  }

  release(): void {
    this.database.exec("RELEASE turn");
  }

  rollback(): void {
    this.database.exec("ROLLBACK TO turn");
    this.database.exec("RELEASE turn");
  }
}

/** The disk as one life of the object sees it. After its death every use is an error, and nothing that it awaits comes. */
export function storageOf(disk: Disk, host: DiskHost, is_dead: () => boolean): DurableObjectStorage {
  const alive = (): void => {
    if (is_dead()) throw new SimulatedFault("this life of the object is over");
  };
  const exec = (sql: string, ...bindings: unknown[]) => {
    alive();
    const params = bindings.map(bindable);
    if (READS.test(sql)) return cursor(disk.rows(sql, params));
    if (!OUTSIDE.test(sql) && host.fails()) throw new SimulatedFault("the disk is full");
    const rows = disk.write(sql, params);
    host.dirty();
    host.wrote(sql);
    return cursor(rows);
  };
  return standIn<DurableObjectStorage>({
    sql: Object.assign(standIn<SqlStorage>({}), { exec }),
    transactionSync: (run) => {
      alive();
      disk.savepoint();
      let kept = false;
      try {
        const result = run();
        disk.release();
        kept = true;
        return result;
      } finally {
        if (!kept) disk.rollback();
        host.dirty();
        host.transacted(kept);
      }
    },
    sync: () => host.gate(),
    getAlarm: async () => {
      alive();
      return disk.alarm();
    },
    setAlarm: async (at) => {
      alive();
      disk.setAlarm(Number(at));
      host.dirty();
    },
  });
}

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  throw new TypeError(`cannot be bound: ${typeof value}`);
}

/** What the wallet uses of a cursor. */
function cursor(rows: readonly Record<string, unknown>[]) {
  return {
    one: () => {
      const [row] = rows;
      if (row === undefined || rows.length > 1) throw new Error(`expected one row, got ${rows.length}`);
      return row;
    },
    toArray: () => rows,
    [Symbol.iterator]: () => rows[Symbol.iterator](),
  };
}
