import type { LedgerPage, LedgerQuery, LedgerRow } from "../../../schema/wire/wallet-rpc.ts";
import type { LedgerFilters } from "./filters.ts";
import { behind, comparePlaces, type Place } from "./place.ts";

/** A row of a wallet's ledger and the book that it is in: 0 is the wallet's own. */
export interface BookRow extends LedgerRow {
  readonly shard: number;
}

/** What can be told so far, in order, and how far that is; null when it is all. */
export interface Step {
  readonly rows: readonly BookRow[];
  readonly end: Place | null;
}

/** Asks the object of a book. */
export type AskBook = (shard: number, query: LedgerQuery) => Promise<LedgerPage>;

/** A book, as far as it was read: `rows` were not told yet, `end` is how far down they go. */
interface Book {
  readonly shard: number;
  rows: readonly BookRow[];
  end: Place | null;
}

/**
 * The rows of several books as one list behind a place, newest first, `page_rows` of each book at a time and only as far
 * as somebody reads. A step tells what no book can put anything before any more; it may be empty. Throws what `ask` throws.
 */
export async function* mergeBooks(
  ask: AskBook,
  shards: readonly number[],
  filters: LedgerFilters,
  after: Place | null,
  page_rows: number,
): AsyncGenerator<Step> {
  const read = async (shard: number, from: Place | null): Promise<Book> => {
    const below = from === null ? {} : behind(from, shard);
    const to = Math.min(filters.to ?? Number.POSITIVE_INFINITY, below.to ?? Number.POSITIVE_INFINITY);
    const { rows, end } = await ask(shard, {
      ...filters,
      ...below,
      to: Number.isFinite(to) ? to : undefined,
      limit: page_rows,
    });
    return { shard, rows: rows.map((row) => ({ ...row, shard })), end: end === null ? null : { ...end, shard } };
  };
  let books = await Promise.all(shards.map((shard) => read(shard, after)));
  for (;;) {
    const [end = null] = books.flatMap((book) => (book.end === null ? [] : [book.end])).sort(comparePlaces);
    const isTold = (row: BookRow): boolean => end === null || comparePlaces(placeOf(row), end) <= 0;
    yield { rows: books.flatMap(({ rows }) => rows.filter(isTold)).sort(byPlace), end };
    if (end === null) return;
    for (const book of books) book.rows = book.rows.filter((row) => !isTold(row));
    // At least the book that ends first has nothing left, so each round goes further down.
    books = await Promise.all(
      books.map((book) => (book.end === null || book.rows.length > 0 ? book : read(book.shard, book.end))),
    );
  }
}

export const placeOf = ({ at, shard, seq }: BookRow): Place => ({ at, shard, seq });

const byPlace = (a: BookRow, b: BookRow): number => comparePlaces(placeOf(a), placeOf(b));
