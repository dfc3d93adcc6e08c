import { describe, expect, it } from "vitest";
import { nanoUsd } from "../../../../schema/kernel/money.ts";
import type { LedgerKind, LedgerPage, LedgerQuery } from "../../../../schema/wire/wallet-rpc.ts";
import { csvStream } from "../../../../workers/dashboard/export/line-stream.ts";
import type { LedgerFilters } from "../../../../workers/dashboard/ledger/filters.ts";
import { type BookRow, mergeBooks, placeOf, type Step } from "../../../../workers/dashboard/ledger/merge.ts";
import { comparePlaces, type Place, readPlace, writePlace } from "../../../../workers/dashboard/ledger/place.ts";
import { CSV_COLUMNS, cellsOf } from "../../../../workers/dashboard/ledger/show.ts";

const START = Date.UTC(2026, 10, 1);
const NO_FILTER: LedgerFilters = { kinds: undefined, ref: undefined, from: undefined, to: undefined };

const rowOf = (
  shard: number,
  seq: number,
  at: number,
  kind: LedgerKind = "charge",
  ref = `r${shard}.${seq}`,
): BookRow => ({
  seq,
  kind,
  amount_nano_usd: nanoUsd(-seq),
  balance_nano_usd: nanoUsd(0),
  ref,
  at,
  shard,
});

/** Books of several lengths, with many rows in the same millisecond, some of them in other books, too. */
const BOOKS: readonly (readonly BookRow[])[] = [40, 0, 1, 25, 60].map((length, shard) =>
  Array.from({ length }, (_, index) =>
    rowOf(shard, index + 1, START + Math.floor((index * (shard + 1)) / 7), index % 9 === shard ? "top_up" : "charge"),
  ),
);
const SHARDS = BOOKS.map((_, shard) => shard);

/** A book as its object answers: it looks at `scan_rows` rows at most. */
const asked =
  (scan_rows: number) =>
  async (shard: number, query: LedgerQuery): Promise<LedgerPage> => {
    const { limit, before_seq = Number.POSITIVE_INFINITY, kinds, to = Number.POSITIVE_INFINITY, from = 0 } = query;
    const within = (BOOKS[shard] ?? []).filter(({ seq, at }) => seq < before_seq && at < to && at >= from).toReversed();
    const looked = within.slice(0, scan_rows);
    const fit = looked.filter(({ kind }) => kinds === undefined || kinds.includes(kind));
    const rows = fit.slice(0, limit);
    const last = fit.length > limit ? rows.at(-1) : within.length > looked.length ? looked.at(-1) : undefined;
    return { rows, end: last === undefined ? null : { seq: last.seq, at: last.at } };
  };

const expected = ({ kinds, from = 0, to = Number.POSITIVE_INFINITY }: LedgerFilters): readonly BookRow[] =>
  BOOKS.flat()
    .filter(({ kind, at }) => (kinds === undefined || kinds.includes(kind)) && at >= from && at < to)
    .sort((a, b) => b.at - a.at || a.shard - b.shard || b.seq - a.seq);

const FILTERS: readonly LedgerFilters[] = [
  NO_FILTER,
  { ...NO_FILTER, kinds: ["top_up"] },
  { ...NO_FILTER, kinds: ["reset"] },
  { ...NO_FILTER, from: START + 3, to: START + 9 },
  { ...NO_FILTER, to: START },
];

describe("the books of a wallet and its shards", () => {
  it.each([
    [1, 1],
    [3, 100],
    [7, 2],
    [1_000, 1_000],
  ])("are one list in order, read %i rows at a time and looking at %i", async (page_rows, scan_rows) => {
    for (const filters of FILTERS) {
      const found: BookRow[] = [];
      for await (const { rows } of mergeBooks(asked(scan_rows), SHARDS, filters, null, page_rows)) found.push(...rows);
      expect(found).toEqual(expected(filters));
    }
  });

  it.each([
    [1, 1],
    [4, 100],
    [5, 3],
  ])("go on behind any row by a cursor: pages of %i, looking at %i", async (limit, scan_rows) => {
    for (const filters of FILTERS) {
      const found: BookRow[] = [];
      for (let cursor: Place | null | undefined; cursor !== null; ) {
        const first = await mergeBooks(asked(scan_rows), SHARDS, filters, cursor ?? null, limit).next();
        const { rows, end } = first.value as Step;
        const page = rows.slice(0, limit);
        found.push(...page);
        const last = page.at(-1);
        const next: Place | null = rows.length > limit && last !== undefined ? placeOf(last) : end;
        if (cursor && next) expect(comparePlaces(cursor, next)).toBeLessThan(0);
        cursor = next === null ? null : readPlace(writePlace(next));
      }
      expect(found).toEqual(expected(filters));
    }
  });

  it("are asked again only where the list needs it", async () => {
    const questions: number[] = [];
    const ask = async (shard: number, query: LedgerQuery) => {
      questions.push(shard);
      return await asked(1_000)(shard, query);
    };
    await mergeBooks(ask, SHARDS, NO_FILTER, null, 10).next();
    expect(questions).toEqual(SHARDS);
  });

  it("have cursors that nothing else is taken for", () => {
    for (const text of ["", "17", "x.1.2", "1.2", "1.2.3.4", "-1.0.3", "1.100.3", "1.2.3 "]) {
      expect(readPlace(text)).toBeNull();
    }
  });
});

describe("a ledger as CSV", () => {
  it("keeps amounts as numbers and lets no cause become a formula", async () => {
    const rows = [
      rowOf(0, 3, START, "charge", "=HYPERLINK(1)"),
      rowOf(2, 2, START, "charge", "-cmd|x"),
      { ...rowOf(0, 1, START, "attempt", 'a "b", c'), attempt: 2 },
    ];
    const lines = (async function* () {
      yield { status: "lines", lines: rows } as const;
    })();
    const chunks: string[] = [];
    for await (const chunk of csvStream(CSV_COLUMNS, lines, (row) => cellsOf("wal_1", row))) {
      chunks.push(new TextDecoder().decode(chunk));
    }
    expect(chunks.join("").split("\r\n")).toEqual([
      "at,kind,amount_usd,balance_usd,ref,attempt,shard,id",
      "2026-11-01T00:00:00.000Z,charge,-0.000000003,0.000000000,'=HYPERLINK(1),,,wal_1:3",
      "2026-11-01T00:00:00.000Z,charge,-0.000000002,0.000000000,'-cmd|x,,2,wal_1#2:2",
      '2026-11-01T00:00:00.000Z,attempt,-0.000000001,0.000000000,"a ""b"", c",2,,wal_1:1',
      "",
    ]);
  });
});
