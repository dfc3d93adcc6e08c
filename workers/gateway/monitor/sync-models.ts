/** Which provider's list. */
export interface ListOwner {
  readonly org_id: string;
  readonly provider_id: string;
}

export interface SyncCounts {
  readonly new: number;
  readonly vanished: number;
}

/** Statements of one batch: D1 runs them as one transaction. */
const BATCH = 50;

/**
 * Takes over a provider's list of models: what is new or back is entered, what is not listed any more is marked. Nothing
 * is written when nothing changed. An empty list is taken for a fault of the provider's, not for the end of all models.
 */
export async function syncModels(
  db: D1Database,
  { org_id, provider_id }: ListOwner,
  ids: readonly string[],
  now: number,
): Promise<SyncCounts> {
  if (ids.length === 0) return { new: 0, vanished: 0 };
  const { results } = await db
    .prepare("SELECT upstream_id FROM provider_models WHERE org_id = ?1 AND provider_id = ?2 AND vanished_at IS NULL")
    .bind(org_id, provider_id)
    .all<{ upstream_id: string }>();
  const known = new Set(results.map(({ upstream_id }) => upstream_id));
  const listed = new Set(ids);
  const appeared = ids.filter((id) => !known.has(id));
  const vanished = [...known].filter((id) => !listed.has(id));
  const insert = db.prepare(
    "INSERT INTO provider_models (org_id, provider_id, upstream_id, first_seen_at, last_seen_at) VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT DO UPDATE SET last_seen_at = excluded.last_seen_at, vanished_at = NULL",
  );
  const mark = db.prepare(
    "UPDATE provider_models SET vanished_at = ?4 WHERE org_id = ?1 AND provider_id = ?2 AND upstream_id = ?3",
  );
  const statements = [
    ...appeared.map((id) => insert.bind(org_id, provider_id, id, now)),
    ...vanished.map((id) => mark.bind(org_id, provider_id, id, now)),
  ];
  for (let from = 0; from < statements.length; from += BATCH) await db.batch(statements.slice(from, from + BATCH));
  return { new: appeared.length, vanished: vanished.length };
}
