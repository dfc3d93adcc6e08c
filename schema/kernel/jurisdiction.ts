/**
 * Where the objects of an org may be. It is part of the ids of the org and of its wallets (`org_eu_…`, `wal_eu_…`), so
 * that everybody who has an id finds the same object, without a look-up.
 */
export const JURISDICTIONS = ["eu"] as const;

export type Jurisdiction = (typeof JURISDICTIONS)[number];

/** Ids have no underscore behind their prefix, so that no other one looks like this. */
const PLACED = new RegExp(`^(?:org|wal)_(${JURISDICTIONS.join("|")})_`);

/**
 * The jurisdiction that the id of an org or of a wallet says, null for one that may be anywhere. What is named after
 * one inherits it: a shard (`wal_eu_…#1`), a monitor (`org_eu_…/openai`).
 */
export function jurisdictionOf(name: string): Jurisdiction | null {
  const found = PLACED.exec(name)?.[1];
  return JURISDICTIONS.find((jurisdiction) => jurisdiction === found) ?? null;
}
