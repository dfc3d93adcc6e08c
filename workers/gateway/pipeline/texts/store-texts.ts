import type { Bytes } from "../../../../schema/kernel/base64.ts";
import { log } from "../../../../schema/kernel/log.ts";
import { type TextsBucket, textsBucket, textsKey } from "../../../../schema/texts/bucket.ts";
import { confirmTexts, insertTexts, type NewTextsRow } from "../../../../schema/texts/rows.ts";
import type { RequestScope } from "../../http/request-scope.ts";
import { addTextFailures, type TextFailure } from "../../stores/text-failures.ts";

/** Sealed texts of one request, on their way to where they are kept. */
export interface SealedTexts {
  readonly row: NewTextsRow;
  readonly sealed: Bytes;
}

/** How long texts of an isolate wait for others: D1 takes many rows at once far more easily than one after the other. */
const GATHER_MS = 1_000;
/** With so many, or so much, nobody waits. */
const BATCH = 50;
const GATHERED_BYTES = 8 * 1024 * 1024;

/** How often a store is asked that does not answer, and how long between. */
const ATTEMPTS = 3;
const PAUSE_MS = 500;

/** Texts that wait in this isolate, by the database that their rows go to. */
const waiting = new WeakMap<D1Database, SealedTexts[]>();

/**
 * Stores texts, together with those that other requests of this isolate bring meanwhile: each takes once what there is by
 * then, in the order in which it came, so that all are taken and no request waits for a promise of another one. What
 * fails is logged and counted. Never rejects.
 */
export async function storeTexts(scope: RequestScope, texts: SealedTexts): Promise<void> {
  const { env, effects } = scope;
  const gathered = waiting.get(env.DB) ?? [];
  waiting.set(env.DB, gathered);
  gathered.push(texts);
  const bytes = gathered.reduce((sum, { sealed }) => sum + sealed.length, 0);
  if (gathered.length < BATCH && bytes < GATHERED_BYTES) await effects.wait(GATHER_MS);
  const batch = gathered.splice(0, BATCH);
  if (batch.length > 0) await storeBatch(scope, batch);
}

/** Texts that were not stored are told of, each by its request. Never rejects. */
export async function tellFailure(
  { env }: Pick<RequestScope, "env">,
  request_ids: readonly string[],
  reason: TextFailure,
  problem: string,
): Promise<void> {
  for (const request_id of request_ids) log("warn", "texts_not_stored", { request_id, reason, problem });
  await addTextFailures(env.DB, reason, request_ids.length);
}

/** Rows, objects, rows: so there is no object that nobody knows of, and none that came behind its own erasure. */
async function storeBatch(scope: RequestScope, batch: readonly SealedTexts[]): Promise<void> {
  const { env, effects } = scope;
  const fail = (failed: readonly SealedTexts[], reason: TextFailure, error: unknown): Promise<void> =>
    tellFailure(
      scope,
      failed.map(({ row }) => row.request_id),
      reason,
      String(error),
    );
  const rows = batch.map(({ row }) => row);
  const known = await asked(scope, () => insertTexts(env.DB, rows));
  if ("error" in known) return await fail(batch, "index", known.error);
  const placed: SealedTexts[] = [];
  await Promise.all(
    batch.map(async (texts) => {
      const put = await asked(scope, () => bucketOf(scope, texts).put(textsKey(texts.row), texts.sealed));
      if ("error" in put) await fail([texts], "bucket", put.error);
      else placed.push(texts);
    }),
  );
  const places = placed.map(({ row }) => row);
  const confirmed = await asked(scope, () => confirmTexts(env.DB, places, effects.now()));
  if ("error" in confirmed) await fail(placed, "index", confirmed.error);
  // Nobody can read what was not confirmed. What cannot be deleted either goes when it expires, by its row.
  const unwanted = placed.filter(({ row }) => "error" in confirmed || !confirmed.value.has(textsKey(row)));
  await Promise.all(unwanted.map((texts) => asked(scope, () => bucketOf(scope, texts).delete(textsKey(texts.row)))));
}

function bucketOf({ env }: RequestScope, { row }: SealedTexts): TextsBucket {
  const bucket = textsBucket(env, row.org_id);
  if (bucket === null) throw new Error("there is no bucket");
  return bucket;
}

async function asked<T>(
  { effects }: RequestScope,
  run: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { value: await run() };
    } catch (error) {
      if (attempt === ATTEMPTS) return { error };
      await effects.wait(PAUSE_MS);
    }
  }
}
