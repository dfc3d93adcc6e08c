import * as z from "zod";
import type { KeyLimits } from "../../../schema/wire/rate-limits.ts";

/** A gateway key as the request path needs it. */
export interface KeyEntry {
  readonly key_id: string;
  /** As its owner called it. */
  readonly name: string;
  readonly org_id: string;
  readonly wallet_id: string;
  readonly scopes: readonly string[];
  /** Model patterns the key may use (`provider/model`, `*` as a wildcard); null is all. */
  readonly models: readonly string[] | null;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly limits: KeyLimits;
  /** How many objects share the requests of its wallet. */
  readonly shards: number;
}

const row = z.object({
  id: z.string(),
  name: z.string(),
  org_id: z.string(),
  wallet_id: z.string(),
  scopes: z.string(),
  models: z.string().nullable(),
  expires_at: z.number().nullable(),
  revoked_at: z.number().nullable(),
  version: z.int(),
  requests_per_minute: z.int().nullable(),
  tokens_per_minute: z.int().nullable(),
  concurrent_requests: z.int().nullable(),
  shards: z.int().nullable(),
});

const stringList = z.array(z.string());

const COLUMNS =
  "id, name, org_id, wallet_id, scopes, models, expires_at, revoked_at, version, requests_per_minute, tokens_per_minute, concurrent_requests, (SELECT shards FROM wallets WHERE wallets.id = api_keys.wallet_id) AS shards";

/** The key with that hash, or null. Throws when D1 does not answer: the caller says 503, never 401. */
export async function loadKey(db: D1Database, hash: string): Promise<KeyEntry | null> {
  return entryOf(await db.prepare(`SELECT ${COLUMNS} FROM api_keys WHERE hash = ?1`).bind(hash).first());
}

/** A key of an org by its id, or null: for what is asked about it, not with it. */
export async function loadKeyById(db: D1Database, org_id: string, id: string): Promise<KeyEntry | null> {
  const query = `SELECT ${COLUMNS} FROM api_keys WHERE org_id = ?1 AND id = ?2`;
  return entryOf(await db.prepare(query).bind(org_id, id).first());
}

function entryOf(found: unknown): KeyEntry | null {
  if (found === null) return null;
  const { id, scopes, models, shards, version, requests_per_minute, tokens_per_minute, concurrent_requests, ...rest } =
    row.parse(found);
  return {
    key_id: id,
    ...rest,
    shards: shards ?? 1,
    limits: { version, requests_per_minute, tokens_per_minute, concurrent_requests },
    scopes: stringList.parse(JSON.parse(scopes)),
    models: models === null ? null : stringList.nullable().parse(JSON.parse(models)),
  };
}
