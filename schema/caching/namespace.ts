/** Stands for wallets that no team is behind. */
export const NO_TEAM = "-";

/**
 * Whose answers are kept together and never meet any other's: a team's, or those of an org's wallets without one. The
 * name of the cache's object.
 */
export const cacheNamespace = (org_id: string, team_id: string | null): string => `${org_id}/${team_id ?? NO_TEAM}`;
