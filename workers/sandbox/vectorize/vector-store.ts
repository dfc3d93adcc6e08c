import { DurableObject } from "cloudflare:workers";
import { migrateObject } from "../../../schema/storage/migrate-object.ts";
import { runtimeSandboxEffects } from "../effects.ts";
import type { StandInsEnv } from "../stand-ins.ts";
import { metadataSchema, type StoredVector, type VectorQuery } from "./check.ts";
import { fulfils } from "./filter.ts";

export interface Mutation {
  readonly mutationId: string;
}

export interface Match {
  readonly id: string;
  readonly score: number;
  readonly namespace?: string;
  readonly values?: number[];
  readonly metadata?: Metadata;
}

type Metadata = NonNullable<StoredVector["metadata"]>;

export interface Described {
  readonly vectorCount: number;
  readonly dimensions: number;
  readonly processedUpToDatetime: number;
  readonly processedUpToMutation: number;
}

/** The numbers of a row are bytes: little-endian float32. A row is found from `visible_at` on. */
const STEPS = [
  [
    `CREATE TABLE vector (
      id TEXT PRIMARY KEY, namespace TEXT, numbers BLOB NOT NULL, metadata TEXT, visible_at INTEGER NOT NULL
    ) STRICT`,
    "CREATE INDEX vector_namespace ON vector (namespace)",
    "CREATE TABLE mutation (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL) STRICT",
  ],
] as const;

type Row = { id: string; namespace: string | null; numbers: ArrayBuffer; metadata: string | null };

/** The vectors of this machine: every index is this one. Looks at each vector of a namespace, nearest first. */
export class VectorStore extends DurableObject<StandInsEnv> {
  readonly #sql: SqlStorage;
  readonly #effects = runtimeSandboxEffects();

  constructor(state: DurableObjectState, env: StandInsEnv) {
    super(state, env);
    migrateObject(state.storage, STEPS);
    this.#sql = state.storage.sql;
  }

  write(vectors: StoredVector[], how: "insert" | "upsert", visible_after_ms: number): Mutation {
    const dimensions = this.describe().dimensions;
    const other = vectors.find(({ values }) => values.length !== (dimensions || vectors[0]?.values.length));
    if (other !== undefined) {
      throw new Error(
        `VECTOR_UPSERT_ERROR (local stand-in): the vector ${other.id} has ${other.values.length} dimensions, the index ${dimensions}.`,
      );
    }
    const at = this.#effects.now();
    for (const { id, namespace = null, values, metadata } of vectors) {
      this.#sql.exec(
        `INSERT INTO vector (id, namespace, numbers, metadata, visible_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO ${
          how === "insert"
            ? "NOTHING"
            : "UPDATE SET namespace = excluded.namespace, numbers = excluded.numbers, metadata = excluded.metadata, visible_at = excluded.visible_at"
        }`,
        id,
        namespace,
        values.slice().buffer,
        metadata === undefined ? null : JSON.stringify(metadata),
        at + visible_after_ms,
      );
    }
    return this.#mutated(at);
  }

  query(query: Omit<VectorQuery, "namespace"> & { readonly namespace?: string | undefined }): Match[] {
    const { dimensions } = this.describe();
    if (dimensions !== 0 && dimensions !== query.vector.length) {
      throw new Error(
        `VECTOR_QUERY_ERROR (local stand-in): the vector has ${query.vector.length} dimensions, the index ${dimensions}.`,
      );
    }
    const matches: Match[] = [];
    const rows = this.#sql.exec<Row>(
      "SELECT id, namespace, numbers, metadata FROM vector WHERE visible_at <= ?1 AND (?2 IS NULL OR namespace = ?2)",
      this.#effects.now(),
      query.namespace ?? null,
    );
    for (const row of rows) {
      const values = new Float32Array(row.numbers);
      const metadata = metadataOf(row);
      if (!fulfils(metadata ?? {}, query.filter)) continue;
      matches.push({
        ...named(row),
        score: cosine(query.vector, values),
        ...(query.returnValues ? { values: [...values] } : {}),
        ...(query.returnMetadata && metadata !== undefined ? { metadata } : {}),
      });
    }
    return matches.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, query.topK);
  }

  getByIds(ids: string[]): Omit<Match, "score">[] {
    return ids.flatMap((id) => {
      const rows = this.#sql.exec<Row>(
        "SELECT id, namespace, numbers, metadata FROM vector WHERE id = ? AND visible_at <= ?",
        id,
        this.#effects.now(),
      );
      return [...rows].map((row) => {
        const metadata = metadataOf(row);
        const values = [...new Float32Array(row.numbers)];
        return { ...named(row), values, ...(metadata === undefined ? {} : { metadata }) };
      });
    });
  }

  deleteByIds(ids: string[]): Mutation {
    for (const id of ids) this.#sql.exec("DELETE FROM vector WHERE id = ?", id);
    return this.#mutated(this.#effects.now());
  }

  describe(): Described {
    const { count } = this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM vector").one();
    const [first] = this.#sql.exec<{ bytes: number }>("SELECT length(numbers) AS bytes FROM vector LIMIT 1");
    const [last] = this.#sql.exec<{ number: number; at: number }>(
      "SELECT * FROM mutation ORDER BY number DESC LIMIT 1",
    );
    return {
      vectorCount: count,
      dimensions: (first?.bytes ?? 0) / 4,
      processedUpToDatetime: last?.at ?? 0,
      processedUpToMutation: last?.number ?? 0,
    };
  }

  clear(): void {
    this.#sql.exec("DELETE FROM vector");
  }

  #mutated(at: number): Mutation {
    const { number } = this.#sql
      .exec<{ number: number }>("INSERT INTO mutation (at) VALUES (?) RETURNING number", at)
      .one();
    return { mutationId: String(number) };
  }
}

const named = ({ id, namespace }: Row) => ({ id, ...(namespace === null ? {} : { namespace }) });

const metadataOf = ({ metadata }: Row): Metadata | undefined =>
  metadata === null ? undefined : metadataSchema.parse(JSON.parse(metadata));

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let squares_a = 0;
  let squares_b = 0;
  for (const [at, value] of a.entries()) {
    const other = b[at] ?? 0;
    dot += value * other;
    squares_a += value * value;
    squares_b += other * other;
  }
  const lengths = Math.sqrt(squares_a * squares_b);
  return lengths === 0 ? 0 : dot / lengths;
}
