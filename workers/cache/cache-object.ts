import { DurableObject } from "cloudflare:workers";
import { type Effects, runtimeEffects } from "../../schema/kernel/effects.ts";
import { log } from "../../schema/kernel/log.ts";
import type {
  CacheEntryPage,
  CacheFind,
  CacheFound,
  CacheRpc,
  CacheStats,
  CacheStore,
  CacheStored,
  MeaningAsked,
  ShadowObservation,
  ShadowReport,
} from "../../schema/wire/cache-rpc.ts";
import type { Env } from "./env.ts";
import { Meaning } from "./meaning.ts";
import { addToCounter, readCounter, setCounter } from "./storage/counters.ts";
import {
  countEntries,
  deleteEntries,
  entryById,
  entryByKey,
  firstExpiry,
  insertEntry,
  listEntries,
  makeRoom,
  markUsed,
} from "./storage/entries.ts";
import { migrate } from "./storage/migrations.ts";
import { insertObservation, shadowReport } from "./storage/shadow-table.ts";

/** What a row costs beside its sealed answer: keys, times and the index. */
const ROW_BYTES = 400;

/** Expired entries are not answered; they are removed this often at most. */
const SWEEP_MS = 60_000;

/** Vectors are deleted so many at a time. Source: Vectorize's limit on a batch of deletions. */
const VECTORS_AT_ONCE = 100;
/** How long until an index that failed is asked again. */
const INDEX_PAUSE_MS = 30_000;

/** The cached answers of one namespace. See `CacheRpc`. */
export class CacheObject extends DurableObject<Env> implements CacheRpc {
  /** Own properties cannot be reached over RPC. */
  readonly effects: Effects = runtimeEffects();
  readonly storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #bindings: Env;
  #meaning: Meaning | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.storage = ctx.storage;
    this.#sql = ctx.storage.sql;
    this.#bindings = env;
    migrate(ctx.storage);
  }

  async find({ exact_key, meaning }: CacheFind): Promise<CacheFound> {
    const generation = readCounter(this.#sql, "generation");
    const exact = exact_key === null ? null : entryByKey(this.#sql, exact_key, this.effects.now());
    const found = { generation, exact, near: [], vector: null } as const;
    if (exact !== null || meaning === null) return { ...found, meaning: "not_asked" };
    try {
      return { ...found, ...(await this.#near(meaning)), meaning: "done" };
    } catch (error) {
      log("warn", "cache_meaning_failed", { reason: String(error) });
      addToCounter(this.#sql, "meaning_failed", 1);
      return { ...found, meaning: "failed" };
    }
  }

  async #near(asked: MeaningAsked): Promise<Pick<CacheFound, "near" | "vector">> {
    const meaning = await this.#meanings();
    const vector = await meaning.vectorOf(asked);
    const candidates = await meaning.near(vector, asked);
    const now = this.effects.now();
    // What the index says is looked up here: it may know what is expired, flushed or of another partition.
    const near = candidates.flatMap(({ id, score }) => {
      const entry = entryById(this.#sql, id, asked.partition, now);
      return entry === null ? [] : [{ ...entry, score }];
    });
    return { near, vector };
  }

  async store({ generation, entry, kind, vector, max_bytes, replace }: CacheStore): Promise<CacheStored> {
    const now = this.effects.now();
    const bytes = entry.sealed.length + ROW_BYTES;
    if (bytes > max_bytes) return { status: "too_large" };
    const status = this.storage.transactionSync((): CacheStored["status"] => {
      if (readCounter(this.#sql, "generation") !== generation) return "flushed";
      if (!replace && entryByKey(this.#sql, entry.exact_key, now) !== null) return "kept";
      deleteEntries(this.#sql, "exact_key = ?", [entry.exact_key], replace ? "removed" : "expired");
      makeRoom(this.#sql, bytes, max_bytes);
      insertEntry(this.#sql, entry, { kind, bytes, vector: vector !== null && entry.partition !== null });
      return "stored";
    });
    if (status === "stored" && vector !== null && entry.partition !== null) {
      const meaning = await this.#meanings();
      // Without its vector it is found by its exact key all the same.
      await meaning.add(entry.id, vector, entry.partition).catch((error: unknown) => {
        log("warn", "cache_vector_not_stored", { reason: String(error) });
      });
    }
    await this.#arm();
    return { status };
  }

  async served(entry_id: string, saved_nano_usd: number): Promise<void> {
    if (markUsed(this.#sql, entry_id, this.effects.now(), saved_nano_usd)) addToCounter(this.#sql, "hits", 1);
  }

  async remove(entry_id: string): Promise<{ readonly removed: boolean }> {
    const removed = deleteEntries(this.#sql, "id = ?", [entry_id], "removed") > 0;
    await this.#arm();
    return { removed };
  }

  async flush(): Promise<{ readonly removed: number }> {
    const removed = this.storage.transactionSync(() => {
      addToCounter(this.#sql, "generation", 1);
      setCounter(this.#sql, "flushed_at", this.effects.now());
      return deleteEntries(this.#sql, "true", [], "removed");
    });
    await this.#arm();
    return { removed };
  }

  async observe(observation: ShadowObservation): Promise<void> {
    insertObservation(this.#sql, observation);
  }

  async stats(): Promise<CacheStats> {
    const counter = (name: Parameters<typeof readCounter>[1]): number => readCounter(this.#sql, name);
    const flushed_at = counter("flushed_at");
    return {
      entries: countEntries(this.#sql),
      bytes: counter("bytes"),
      hits: counter("hits"),
      evicted: counter("evicted"),
      expired: counter("expired"),
      removed: counter("removed"),
      meaning_failed: counter("meaning_failed"),
      flushed_at: flushed_at === 0 ? null : flushed_at,
    };
  }

  async entries(limit: number, cursor: string | null): Promise<CacheEntryPage> {
    return listEntries(this.#sql, limit, cursor, this.effects.now());
  }

  async shadow(since: number): Promise<ShadowReport> {
    return shadowReport(this.#sql, since);
  }

  override async alarm(): Promise<void> {
    deleteEntries(this.#sql, "expires_at <= ?", [this.effects.now()], "expired");
    const told = await this.#deleteLeftVectors();
    await this.#arm(told ? 0 : INDEX_PAUSE_MS);
  }

  /** Tells the index of vectors whose entries are gone. False when it does not answer. */
  async #deleteLeftVectors(): Promise<boolean> {
    for (;;) {
      const ids = this.#sql
        .exec<{ id: string }>("SELECT id FROM left_vector LIMIT ?", VECTORS_AT_ONCE)
        .toArray()
        .map(({ id }) => id);
      if (ids.length === 0) return true;
      try {
        await (await this.#meanings()).delete(ids);
      } catch (error) {
        log("warn", "cache_vectors_not_deleted", { reason: String(error) });
        return false;
      }
      this.#sql.exec("DELETE FROM left_vector WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
    }
  }

  /** Sets the alarm for what is next: vectors to delete, or the first entry's end. An earlier one stands. */
  async #arm(least_ms = 0): Promise<void> {
    const now = this.effects.now();
    const left = this.#sql.exec("SELECT 1 FROM left_vector LIMIT 1").toArray().length > 0;
    const expiry = firstExpiry(this.#sql);
    const due = left ? now + 1_000 + least_ms : expiry === null ? null : Math.max(expiry, now + SWEEP_MS);
    if (due === null) return;
    const set = await this.storage.getAlarm();
    if (set === null || set > due) await this.storage.setAlarm(due);
  }

  async #meanings(): Promise<Meaning> {
    if (this.#meaning !== null) return this.#meaning;
    const namespace = await vectorNamespace(this.ctx.id.name ?? this.ctx.id.toString());
    this.#meaning = new Meaning(this.#bindings, namespace);
    return this.#meaning;
  }
}

/** The namespace of an object in the index: hashed, because Vectorize takes 64 bytes and need not know the ids. */
async function vectorNamespace(name: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(name));
  return [...new Uint8Array(digest).subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
