/** So many of the newest are asked for again and again while the log is followed. */
export const NEWEST = 100;

/** What is newer before what is there, each once. `gap`: between them may be more. */
export function joined<Row extends { readonly id: string }>(
  newest: readonly Row[],
  older: readonly Row[],
): { readonly rows: readonly Row[]; readonly gap: boolean } {
  const known = new Set(older.map(({ id }) => id));
  const fresh = newest.filter(({ id }) => !known.has(id));
  const gap = older.length > 0 && newest.length >= NEWEST && fresh.length === newest.length;
  return { rows: [...fresh, ...older], gap };
}
