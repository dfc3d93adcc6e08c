import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { newDataKey } from "../../../schema/credential/data-key.ts";
import { masterKeyWrapping } from "../../../schema/credential/master-key-wrapping.ts";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { type TextsPlace, textsKey } from "../../../schema/texts/bucket.ts";
import { eraseSql, STORING_MS } from "../../../schema/texts/erase-sql.ts";
import { confirmTexts, insertTexts } from "../../../schema/texts/rows.ts";
import { openTexts, type StoredTexts, sealTexts } from "../../../schema/texts/stored-texts.ts";
import { purgeTexts } from "../../../workers/cron/jobs/purge-texts.ts";
import { fresh } from "./fresh.ts";
import { recordingDatabase } from "./recording-database.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 10, 20);
const LOG_DAYS = 400;

beforeEach(fresh);

interface Kept {
  readonly expires_at?: number;
  readonly created_at?: number;
  readonly confirmed?: boolean;
}

/** Texts of a request, kept as the gateway does. */
async function keep(place: TextsPlace, kept: Kept = {}): Promise<void> {
  const { expires_at = NOW + DAY_MS, created_at = NOW, confirmed = true } = kept;
  await insertTexts(env.DB, [
    {
      ...place,
      key_id: "k",
      subject: "s",
      data_key_id: "d",
      bytes: 1,
      created_at,
      expires_at,
    },
  ]);
  await bucketOf(place).put(textsKey(place), "sealed");
  if (confirmed) expect(await confirmTexts(env.DB, [place], created_at)).toEqual(new Set([textsKey(place)]));
}

const bucketOf = ({ org_id }: TextsPlace) => (org_id.startsWith("org_eu_") ? env.TEXTS_EU : env.TEXTS);
const there = async (place: TextsPlace): Promise<boolean> => (await bucketOf(place).head(textsKey(place))) !== null;
const purge = (now: number, log_days = LOG_DAYS) => purgeTexts(env.DB, env, log_days, now);
const rows = async () =>
  (await env.DB.prepare("SELECT request_id, subject, removed_at, due_at FROM request_texts ORDER BY request_id").all())
    .results;
const of = (request_id: string, org_id = "org_1"): TextsPlace => ({ org_id, request_id });

test("texts go when they expire, wherever their org is, and their rows with the request log", async () => {
  const places = [of("old"), of("old", "org_eu_1"), of("young")] as const;
  await keep(places[0], { expires_at: NOW });
  await keep(places[1], { expires_at: NOW });
  await keep(places[2], { expires_at: NOW + 1 });
  expect(await purge(NOW)).toEqual({ removed: 2, forgotten: 0 });
  expect(await Promise.all(places.map(there))).toEqual([false, false, true]);
  const gone = { request_id: "old", subject: null, removed_at: NOW, due_at: NOW + LOG_DAYS * DAY_MS };
  expect(await rows()).toEqual([gone, gone, expect.objectContaining({ request_id: "young", removed_at: null })]);
  expect(await purge(NOW)).toEqual({ removed: 0, forgotten: 0 });
  expect(await purge(NOW + LOG_DAYS * DAY_MS)).toEqual({ removed: 1, forgotten: 3 });
  expect(await rows()).toEqual([]);
});

test("rows stay for ever with a request log that does", async () => {
  await keep(of("old"), { expires_at: NOW });
  await purge(NOW, 0);
  expect(await rows()).toEqual([expect.objectContaining({ removed_at: NOW, due_at: null })]);
});

test("more than a page goes in one run", async () => {
  const ids = JSON.stringify(Array.from({ length: 1_500 }, (_, at) => `r${at}`));
  await env.DB.prepare(
    "INSERT INTO request_texts (org_id, request_id, key_id, data_key_id, bytes, created_at, expires_at, due_at) SELECT 'org_1', value, 'k', 'd', 1, 0, 1, 1 FROM json_each(?)",
  )
    .bind(ids)
    .run();
  expect(await purge(NOW)).toMatchObject({ removed: 1_500 });
});

test("what a bucket did not delete is deleted by the next run", async () => {
  await keep(of("old"), { expires_at: NOW });
  const down = () => Promise.reject(new Error("the bucket is down"));
  const broken = { TEXTS: { put: down, get: down, delete: down } };
  await expect(purgeTexts(env.DB, broken, LOG_DAYS, NOW)).rejects.toThrow("down");
  expect(await rows()).toEqual([expect.objectContaining({ removed_at: null, due_at: NOW })]);
  expect(await purge(NOW)).toMatchObject({ removed: 1 });
  expect(await there(of("old"))).toBe(false);
});

test("an object that comes behind its erasure is known to its gateway, and goes also when that has died", async () => {
  const place = of("late");
  await insertTexts(env.DB, [
    {
      ...place,
      key_id: "k",
      subject: null,
      data_key_id: "d",
      bytes: 1,
      created_at: NOW,
      expires_at: NOW + DAY_MS,
    },
  ]);
  await env.DB.prepare(eraseSql("request_id = ?3")).bind("org_1", NOW, "late").run();
  expect(await purge(NOW)).toMatchObject({ removed: 0 });
  await env.TEXTS.put(textsKey(place), "sealed");
  expect(await confirmTexts(env.DB, [place], NOW)).toEqual(new Set());
  expect(await purge(NOW + STORING_MS - 1)).toMatchObject({ removed: 0 });
  expect(await purge(NOW + STORING_MS)).toMatchObject({ removed: 1 });
  expect(await there(place)).toBe(false);
});

test("no statement reads the table from end to end", async () => {
  const { db, statements } = recordingDatabase();
  await insertTexts(db, []);
  await confirmTexts(db, [of("a")], NOW);
  await keep(of("old"), { expires_at: NOW });
  await purgeTexts(db, env, LOG_DAYS, NOW);
  expect(statements.length).toBeGreaterThan(4);
  for (const { sql, params } of statements) {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    expect(results.filter(({ detail }) => /^SCAN request_texts\b/.test(detail))).toEqual([]);
  }
});

test("sealed texts open for their own request and with their own key only", async () => {
  const effects = runtimeEffects();
  const master = { current: effects.randomBytes(32), previous: null };
  const wrapping = masterKeyWrapping(master);
  const [{ data_key }, other] = await Promise.all([
    newDataKey(wrapping, "org_1", effects),
    newDataKey(wrapping, "org_1", effects),
  ]);
  const texts: StoredTexts = {
    v: 1,
    request: { kind: "chat", messages: [{ role: "user", content: "Hello" }] },
    choices: [],
    outcome: "completed",
    truncated: false,
  };
  const sealed = await sealTexts(data_key, of("a"), texts, effects);
  expect(await openTexts(data_key, of("a"), sealed)).toEqual(texts);
  expect(await openTexts(data_key, of("b"), sealed)).toBeNull();
  expect(await openTexts(data_key, of("a", "org_2"), sealed)).toBeNull();
  expect(await openTexts(other.data_key, of("a"), sealed)).toBeNull();
  const changed = sealed.slice();
  changed[20] = (changed[20] ?? 0) ^ 1;
  expect(await openTexts(data_key, of("a"), changed)).toBeNull();
  await expect(sealTexts(data_key, of("a", "org_2"), texts, effects)).rejects.toThrow("another org");
});
