/** A date at the end of a model's name: `-2025-08-07`, `-20250929`, `@20250929`. */
const SNAPSHOT = /[-@](?:\d{4}-\d{2}-\d{2}|\d{8})$/;

/**
 * What a model is compared by: bills name it by display name (`Claude Haiku 4.5`) or with the date of its snapshot
 * (`gpt-5-mini-2025-08-07`), requests by either. Snapshots of one model are one line.
 */
export const modelKey = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s.]+/g, "-")
    .replace(SNAPSHOT, "");
