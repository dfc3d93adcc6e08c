/** An id somewhere in a text. */
export interface PastedId {
  /** `req`, `wal`: what it is of. */
  readonly prefix: string;
  readonly id: string;
}

/** The platform's ids as schema/kernel/ids.ts makes them, with a jurisdiction where there is one. */
const ID = /\b([a-z]{3,4})_(?:[a-z]{2}_)?[0-9a-hjkmnp-tv-z]{26}\b/g;

/** The ids in what somebody has pasted, such as a whole error or a line of a log, each once and in order. */
export function idsIn(text: string): readonly PastedId[] {
  const found = [...text.matchAll(ID)].map(([id, prefix = ""]): PastedId => ({ prefix, id }));
  return found.filter(({ id }, place) => found.findIndex((other) => other.id === id) === place);
}
