/** What a row of request_log says of its experiment, in SQL: for everybody who counts by it. */

const PLACE = "routing ->> '$.experiment";

/** The columns `experiment_id`, `run` and `variant`. */
export const EXPERIMENT_COLUMNS = `
  ${PLACE}.id' AS experiment_id, ${PLACE}.run' AS run, ${PLACE}.variant' AS variant`;

/** It takes part in an experiment that runs. What has taken a promoted winner is nobody's figure. */
export const IN_EXPERIMENT = `(${PLACE}.id' IS NOT NULL AND ${PLACE}.promoted' IS NULL)`;

/** Its own variant was stopped, so that the control has served it. */
export const MOVED = `(${PLACE}.moved' IS NOT NULL)`;

/** Another model than the variant's has answered in the end. Tried again at the same one is the variant's own. */
export const FAILED_OVER = "(coalesce(routing ->> '$.tried[0].model', model) <> model)";

/** Served without the provider. */
export const CACHED = "(usage_source = 'cache')";

/** It is one of those that the variants are measured on. */
export const COMPARED = `(${IN_EXPERIMENT} AND NOT ${MOVED} AND NOT ${FAILED_OVER} AND NOT ${CACHED})`;

/** The provider has failed, or nobody knows what it did. What the caller or the wallet ended is no failure. */
export const FAILED = "(outcome NOT IN ('completed', 'cut', 'cancelled'))";
