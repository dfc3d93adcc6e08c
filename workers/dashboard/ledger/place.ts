/**
 * A row's place among the rows of all books of a wallet: newest first, of the same millisecond the lower book first, and
 * within a book by number. A row that is added takes no place between two that were there before it in its book, so a
 * place stays what it is.
 */
export interface Place {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The number of the shard; 0 is the wallet's own book. */
  readonly shard: number;
  readonly seq: number;
}

/** Below 0 when the first is listed before the second. */
export const comparePlaces = (a: Place, b: Place): number => b.at - a.at || a.shard - b.shard || b.seq - a.seq;

/** What of a book lies behind a place, in what its object is asked. */
export function behind(place: Place, shard: number): { readonly to?: number; readonly before_seq?: number } {
  if (shard === place.shard) return { before_seq: place.seq };
  return { to: shard < place.shard ? place.at : place.at + 1 };
}

/** The place as a cursor. */
export const writePlace = ({ at, shard, seq }: Place): string => `${at}.${shard}.${seq}`;

/** Null when the text is no cursor of a ledger. */
export function readPlace(text: string): Place | null {
  const [, at, shard, seq] = (/^(\d{1,15})\.(\d{1,2})\.(\d{1,15})$/.exec(text) ?? []).map(Number);
  return at === undefined || shard === undefined || seq === undefined ? null : { at, shard, seq };
}
