import * as z from "zod";
import { masterKeysOf } from "../../../schema/credential/master-keys.ts";
import { priceAt } from "../../../schema/pricing/select-price.ts";
import type { Env, GatewayConfig } from "../env.ts";
import { loadOrgSnapshot } from "./org-snapshot.ts";

export interface ListedModel {
  readonly upstream_id: string;
  readonly status: "priced" | "unpriced" | "vanished";
  readonly first_seen_at: number;
  readonly last_seen_at: number;
  readonly vanished_at: number | null;
}

const rows = z.array(
  z.object({
    upstream_id: z.string(),
    first_seen_at: z.int(),
    last_seen_at: z.int(),
    vanished_at: z.int().nullable(),
  }),
);

/** A provider's models as it lists them, by id; null when there is no such provider. Throws when D1 does not answer. */
export async function loadListedModels(
  { env, config, started_at: now }: { readonly env: Env; readonly config: GatewayConfig; readonly started_at: number },
  org_id: string,
  provider_id: string,
): Promise<readonly ListedModel[] | null> {
  const [snapshot, listed] = await Promise.all([
    loadOrgSnapshot(env.DB, masterKeysOf(config), { org_id, now, also: provider_id, only: provider_id }),
    env.DB.prepare(
      "SELECT upstream_id, first_seen_at, last_seen_at, vanished_at FROM provider_models WHERE org_id = ?1 AND provider_id = ?2 ORDER BY upstream_id",
    )
      .bind(org_id, provider_id)
      .all(),
  ]);
  const entry = snapshot.providers.get(provider_id);
  if (entry === undefined && !snapshot.unusable.has(provider_id)) return null;
  const priced = new Set(
    [...(entry?.models ?? [])].flatMap(([name, model]) =>
      priceAt(model.prices, now) === null ? [] : [name, model.upstream_id],
    ),
  );
  return rows.parse(listed.results).map((row) => ({
    ...row,
    status: row.vanished_at !== null ? "vanished" : priced.has(row.upstream_id) ? "priced" : "unpriced",
  }));
}

const listedRows = z.array(z.object({ provider_id: z.string(), upstream_id: z.string(), first_seen_at: z.int() }));

/** All that the org's providers list now, without what the org has withdrawn. Throws when D1 does not answer. */
export async function loadListed(db: D1Database, org_id: string): Promise<z.infer<typeof listedRows>> {
  const { results } = await db
    .prepare(
      `SELECT m.provider_id, m.upstream_id, m.first_seen_at FROM provider_models m WHERE m.org_id = ?1 AND m.vanished_at IS NULL AND ${NOT_WITHDRAWN} ORDER BY m.provider_id, m.upstream_id`,
    )
    .bind(org_id)
    .all();
  return listedRows.parse(results);
}

const NOT_WITHDRAWN =
  "NOT EXISTS (SELECT 1 FROM model_prices w WHERE w.org_id = m.org_id AND w.provider_id = m.provider_id AND w.model = m.upstream_id AND w.withdrawn = 1 AND w.retired_at IS NULL)";

/**
 * The enabled providers that list this model now, where the org has not withdrawn it: its name with and without the
 * provider in front. For a model that is not known otherwise: it is there, and has no price.
 */
export async function listersOf(db: D1Database, org_id: string, name: string): Promise<readonly string[]> {
  const slash = name.indexOf("/");
  const { results } = await db
    .prepare(
      `SELECT DISTINCT m.provider_id FROM provider_models m JOIN providers p ON p.org_id = m.org_id AND p.id = m.provider_id AND p.enabled = 1 WHERE m.org_id = ?1 AND m.vanished_at IS NULL AND ((m.provider_id = ?2 AND m.upstream_id = ?3) OR m.upstream_id = ?4) AND ${NOT_WITHDRAWN}`,
    )
    .bind(org_id, slash === -1 ? "" : name.slice(0, slash), name.slice(slash + 1), name)
    .all();
  return z
    .array(z.object({ provider_id: z.string() }))
    .parse(results)
    .map(({ provider_id }) => provider_id);
}
