import { DatabaseSync } from "node:sqlite";
import { migratedSchema } from "../../migrated-schema.ts";
import { standIn } from "./fixtures.ts";

const schema = migratedSchema();

/** D1 in memory with the project's own tables: what of it the gateway uses, over the same SQL. */
export async function memoryD1() {
  const database = new DatabaseSync(":memory:");
  for (const statement of await schema) database.exec(statement);
  let down = false;
  let batches = 0;
  const rows = (sql: string, values: readonly (string | number | null)[]) => {
    if (down) throw new Error("D1 is down");
    return database.prepare(sql).all(...values);
  };
  const statements = new Map<D1PreparedStatement, () => unknown[]>();
  const prepare = (sql: string): D1PreparedStatement => {
    let bound: (string | number | null)[] = [];
    const statement: D1PreparedStatement = standIn<D1PreparedStatement>({
      bind: (...values) => {
        bound = values.map((value) => (typeof value === "number" ? value : value === null ? null : String(value)));
        return statement;
      },
      all: async () => JSON.parse(JSON.stringify({ results: rows(sql, bound) })),
      run: async () => {
        if (down) throw new Error("D1 is down");
        const { changes } = database.prepare(sql).run(...bound);
        return JSON.parse(JSON.stringify({ results: [], meta: { changes: Number(changes) } }));
      },
      first: async () => JSON.parse(JSON.stringify(rows(sql, bound)[0] ?? null)),
    });
    statements.set(statement, () => rows(sql, bound));
    return statement;
  };
  const DB = standIn<D1Database>({
    prepare,
    batch: async (asked) => {
      batches += 1;
      return JSON.parse(JSON.stringify(asked.map((statement) => ({ results: statements.get(statement)?.() ?? [] }))));
    },
  });
  return {
    DB,
    get batches() {
      return batches;
    },
    setDown: (now: boolean): void => {
      down = now;
    },
    /** Inserts a row as it is. */
    insert: (table: string, row: Readonly<Record<string, string | number | null>>): void => {
      const names = Object.keys(row).map((name) => `"${name}"`);
      const places = names.map(() => "?").join(", ");
      database.prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${places})`).run(...Object.values(row));
    },
    run: (sql: string, ...values: readonly (string | number | null)[]): void => {
      database.prepare(sql).run(...values);
    },
  };
}

export type MemoryD1 = Awaited<ReturnType<typeof memoryD1>>;
