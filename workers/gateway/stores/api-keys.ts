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
  /** False rules out that the texts of its requests are stored. */
  readonly store_texts: boolean;
  /** What its wallet is booked to. */
  readonly team_id: string | null;
  readonly cost_center: string | null;
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
  store_texts: z.int(),
  team_id: z.string().nullable(),
  cost_center: z.string().nullable(),
});

const stringList = z.array(z.string());

const COLUMNS =
  "api_keys.id, api_keys.name, api_keys.org_id, wallet_id, scopes, models, expires_at, revoked_at, api_keys.version, api_keys.requests_per_minute, api_keys.tokens_per_minute, api_keys.concurrent_requests, api_keys.store_texts, wallets.shards, wallets.team_id, wallets.cost_center";
const FROM = "api_keys LEFT JOIN wallets ON wallets.id = api_keys.wallet_id";

/** The key with that hash, or null. Throws when D1 does not answer: the caller says 503, never 401. */
export async function loadKey(db: D1Database, hash: string): Promise<KeyEntry | null> {
  return entryOf(await db.prepare(`SELECT ${COLUMNS} FROM ${FROM} WHERE hash = ?1`).bind(hash).first());
}

/** A key of an org by its id, or null: for what is asked about it, not with it. */
export async function loadKeyById(db: D1Database, org_id: string, id: string): Promise<KeyEntry | null> {
  const query = `SELECT ${COLUMNS} FROM ${FROM} WHERE api_keys.org_id = ?1 AND api_keys.id = ?2`;
  return entryOf(await db.prepare(query).bind(org_id, id).first());
}

/** Keys of an org by their ids, those that there are. */
export async function loadKeysByIds(
  db: D1Database,
  org_id: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, KeyEntry>> {
  const query = `SELECT ${COLUMNS} FROM ${FROM} WHERE api_keys.org_id = ?1 AND api_keys.id IN (SELECT value FROM json_each(?2))`;
  const { results } = await db.prepare(query).bind(org_id, JSON.stringify(ids)).all();
  return new Map(
    results.flatMap((found) => {
      const entry = entryOf(found);
      return entry === null ? [] : [[entry.key_id, entry] as const];
    }),
  );
}

/** Of nobody: it may use every model. */
export const keyOfNobody = (org_id: string): KeyEntry => ({
  key_id: "",
  name: "",
  org_id,
  wallet_id: "",
  scopes: [],
  models: null,
  expires_at: null,
  revoked_at: null,
  shards: 1,
  store_texts: false,
  team_id: null,
  cost_center: null,
  limits: { version: 1, requests_per_minute: null, tokens_per_minute: null, concurrent_requests: null },
});

function entryOf(found: unknown): KeyEntry | null {
  if (found === null) return null;
  const {
    id,
    scopes,
    models,
    shards,
    store_texts,
    version,
    requests_per_minute,
    tokens_per_minute,
    concurrent_requests,
    ...rest
  } = row.parse(found);
  return {
    key_id: id,
    ...rest,
    shards: shards ?? 1,
    store_texts: store_texts !== 0,
    limits: { version, requests_per_minute, tokens_per_minute, concurrent_requests },
    scopes: stringList.parse(JSON.parse(scopes)),
    models: models === null ? null : stringList.nullable().parse(JSON.parse(models)),
  };
}
