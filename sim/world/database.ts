import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { SimulatedFault } from "./disk.ts";
import { standIn } from "./stand-in.ts";

/** What befalls one call of the database: nothing, or a failure before or after it took effect. */
export type Fate = "well" | "fails" | "answer_lost";

/** D1 with the project's own tables: SQLite in memory, and one transaction for each batch. */
export class SimDatabase {
  readonly db: D1Database;
  private readonly database = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false });
  private readonly bound = new WeakMap<D1PreparedStatement, () => D1Result>();

  constructor(migrations: readonly string[], fate: () => Fate, pause: () => Promise<void>) {
    for (const sql of migrations) this.database.exec(sql.replaceAll("--> statement-breakpoint", ""));
    const faulty = async <T>(run: () => T): Promise<T> => {
      await pause();
      const what = fate();
      if (what === "fails") throw new SimulatedFault("D1 is down");
      const result = run();
      await pause();
      if (what === "answer_lost") throw new SimulatedFault("D1 did not answer");
      return result;
    };
    this.db = standIn<D1Database>({
      prepare: (sql) => this.prepare(sql, [], faulty),
      batch: (statements) => faulty(() => this.batch(statements)),
    });
  }

  /** For the simulation's own use, without faults. */
  rows(sql: string, ...params: readonly SQLInputValue[]): Record<string, unknown>[] {
    return this.database.prepare(sql).all(...params);
  }

  close(): void {
    this.database.close();
  }

  private prepare(
    sql: string,
    params: readonly SQLInputValue[],
    faulty: <T>(run: () => T) => Promise<T>,
  ): D1PreparedStatement {
    const run = () => this.run(sql, params);
    const statement = standIn<D1PreparedStatement>({
      bind: (...values) => this.prepare(sql, values.map(bindable), faulty),
      first: async (column?: string) => {
        const row = (await faulty(run)).results[0];
        return plain(column === undefined ? (row ?? null) : (Object(row)[column] ?? null));
      },
      all: async () => plain(await faulty(run)),
      run: async () => plain(await faulty(run)),
    });
    this.bound.set(statement, run);
    return statement;
  }

  private batch(statements: readonly D1PreparedStatement[]) {
    this.database.exec("BEGIN");
    try {
      const results = statements.map((statement) => this.bound.get(statement)?.() ?? missing());
      this.database.exec("COMMIT");
      return plain(results);
    } catch (error) {
      this.database.exec("ROLLBACK");
      throw error;
    }
  }

  private run(sql: string, params: readonly SQLInputValue[]): D1Result {
    const statement = this.database.prepare(sql);
    const reads = /^\s*(SELECT|WITH)\b/i.test(sql);
    const results = reads ? statement.all(...params) : [];
    const changes = reads ? 0 : Number(statement.run(...params).changes);
    const meta = {
      duration: 0,
      size_after: 0,
      rows_read: 0,
      rows_written: 0,
      last_row_id: 0,
      changed_db: !reads,
      changes,
    };
    return { success: true, results, meta };
  }
}

/** What comes over RPC are plain values. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

function missing(): never {
  throw new Error("a statement of another database");
}

function bindable(value: unknown): SQLInputValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  throw new TypeError(`cannot be bound: ${typeof value}`);
}
