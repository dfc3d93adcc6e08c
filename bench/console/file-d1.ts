import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

/** A statement that was run, with the values of its parameters. */
export interface Ran {
  readonly sql: string;
  readonly params: readonly SQLInputValue[];
}

/** A file of D1's as a binding that reads. Statements run in this process, one after the other, and are kept. */
export class FileD1 {
  /** What of a binding the console's queries use. */
  readonly db: D1Database;
  readonly #database: DatabaseSync;
  #ran: Ran[] = [];

  constructor(file: string) {
    this.#database = new DatabaseSync(file, { readOnly: true });
    this.db = Object.assign(JSON.parse("{}"), { prepare: (sql: string) => this.#prepare(sql, []) });
  }

  /** What has run since this was asked last. */
  taken(): readonly Ran[] {
    const ran = this.#ran;
    this.#ran = [];
    return ran;
  }

  /** The steps of a statement's plan. */
  plan({ sql, params }: Ran): readonly string[] {
    return this.#database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...params)
      .map(({ detail }) => String(detail));
  }

  close(): void {
    this.#database.close();
  }

  #prepare(sql: string, params: readonly SQLInputValue[]): object {
    const run = (read: (statement: StatementSync) => unknown) => {
      this.#ran.push({ sql, params });
      return read(this.#database.prepare(sql));
    };
    return {
      bind: (...values: SQLInputValue[]) => this.#prepare(sql, values),
      all: async () => ({ success: true, meta: {}, results: run((statement) => statement.all(...params)) }),
      first: async (column?: string) => {
        const row = run((statement) => statement.get(...params)) ?? null;
        return column === undefined || row === null ? row : (Object(row)[column] ?? null);
      },
      raw: async () =>
        run((statement) => {
          statement.setReturnArrays(true);
          return statement.all(...params);
        }),
    };
  }
}
