import type { SqlStatement } from "../wire/audit-rpc.ts";

/**
 * What goes with a provider that is deleted at `now`: the list of its models, and prices that were to come. Prices that
 * were in force are retired: charges name them, and a provider that is made anew under the same id begins without them.
 */
export const forgetModels = (org_id: string, provider_id: string, now: number): readonly SqlStatement[] => [
  {
    sql: "DELETE FROM model_prices WHERE org_id = ? AND provider_id = ? AND effective_from > ?",
    params: [org_id, provider_id, now],
  },
  {
    sql: "UPDATE model_prices SET retired_at = ? WHERE org_id = ? AND provider_id = ? AND retired_at IS NULL",
    params: [now, org_id, provider_id],
  },
  { sql: "DELETE FROM provider_models WHERE org_id = ? AND provider_id = ?", params: [org_id, provider_id] },
];
