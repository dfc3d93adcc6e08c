import { LIMITS } from "../../../schema/kernel/limits.ts";
import { FREQUENT_KINDS, type LedgerKind, type LedgerPage, type LedgerQuery } from "../../../schema/wire/wallet-rpc.ts";
import { FREQUENT_KINDS_SQL, MOVING_KINDS_SQL, OWN_KINDS_SQL, REQUEST_KINDS_SQL } from "./migrations.ts";
import { type LedgerSqlRow, ledgerRow } from "./rows.ts";

const ROW = "SELECT seq, kind, amount_nano_usd, balance_nano_usd, ref, attempt, at FROM ledger";
const WITHIN = "seq >= ?1 AND seq < ?2";
/** Conditions of kinds are written out where a partial index is to fit them, and are parameters where they are asked for. */
const ASKED = "(?3 IS NULL OR kind IN (SELECT value FROM json_each(?3)))";

const ALL = `${ROW} WHERE ${WITHIN} ORDER BY seq DESC LIMIT ?3`;

const OF_KINDS = `${ROW} WHERE ${WITHIN} AND ${ASKED} ORDER BY seq DESC LIMIT ?4`;

const ofRareKinds = (kinds: readonly LedgerKind[]): string =>
  `${kinds
    .map(
      (_, index) =>
        `${ROW} INDEXED BY ledger_rare WHERE kind = ?${index + 4} AND kind NOT IN (${FREQUENT_KINDS_SQL}) AND ${WITHIN}`,
    )
    .join(" UNION ALL ")} ORDER BY seq DESC LIMIT ?3`;

/** Every kind is in one of them. */
const BY_REF = [
  ["ledger_request", `kind IN (${REQUEST_KINDS_SQL})`],
  ["ledger_attempt", "kind = 'attempt'"],
  ["ledger_moving", `kind IN (${MOVING_KINDS_SQL})`],
  ["ledger_own", `kind IN (${OWN_KINDS_SQL})`],
] as const;

const OF_REF = `${BY_REF.map(
  ([index, kinds]) => `${ROW} INDEXED BY ${index} WHERE ref = ?5 AND ${kinds} AND ${WITHIN} AND ${ASKED}`,
).join(" UNION ALL ")} ORDER BY seq DESC LIMIT ?4`;

/**
 * A page of the ledger, newest first. Times are found by halving, causes and rare kinds by an index. For a frequent kind
 * it looks at `scan_rows` rows at most: the page may then have fewer rows than there are, or none, and still an `end`.
 */
export function ledgerPage(
  sql: SqlStorage,
  query: LedgerQuery,
  scan_rows: number = LIMITS.ledger_scan_rows,
): LedgerPage {
  const limit = Math.max(0, Math.min(LIMITS.ledger_page_rows, Math.floor(query.limit) || 0));
  const { first, before } = boundsOf(sql, query);
  const kinds = query.kinds === undefined ? null : [...new Set(query.kinds)];
  if (limit === 0 || first >= before || kinds?.length === 0) return { rows: [], end: null };
  const asked = kinds === null ? null : JSON.stringify(kinds);
  const read = (from: number, text: string, ...bindings: (string | number | null)[]): LedgerPage =>
    cut([...sql.exec<LedgerSqlRow>(text, from, before, ...bindings)], limit);
  if (query.ref !== undefined) return read(first, OF_REF, asked, limit + 1, query.ref);
  if (kinds === null) return read(first, ALL, limit + 1);
  if (kinds.every(isRare)) return read(first, ofRareKinds(kinds), limit + 1, ...kinds);
  // Numbers have no gaps, so a stretch of them is as many rows.
  const stretch = Math.max(first, before - scan_rows);
  const page = read(stretch, OF_KINDS, asked, limit + 1);
  return page.end === null && stretch > first ? { ...page, end: placeOf(sql, stretch) } : page;
}

const isRare = (kind: LedgerKind): boolean => !FREQUENT_KINDS.some((frequent) => frequent === kind);

/** The page of rows of which one more than `limit` was read. */
function cut(read: readonly LedgerSqlRow[], limit: number): LedgerPage {
  const rows = read.slice(0, limit).map(ledgerRow);
  const last = rows.at(-1);
  return { rows, end: read.length > limit && last !== undefined ? { seq: last.seq, at: last.at } : null };
}

const placeOf = (sql: SqlStorage, seq: number): LedgerPage["end"] =>
  sql.exec<{ seq: number; at: number }>("SELECT seq, at FROM ledger WHERE seq = ?", seq).one();

/** The numbers that may be given: from `first` on and below `before`. */
function boundsOf(sql: SqlStorage, { before_seq, from, to }: LedgerQuery) {
  const { last } = sql.exec<{ last: number }>("SELECT coalesce(max(seq), 0) AS last FROM ledger").one();
  return {
    first: from === undefined ? 1 : firstSince(sql, last, from),
    before: Math.min(
      last + 1,
      before_seq ?? Number.POSITIVE_INFINITY,
      to === undefined ? Number.POSITIVE_INFINITY : firstSince(sql, last, to),
    ),
  };
}

/** The number of the first row that is not before a time, found by halving: a ledger's times never go back. */
function firstSince(sql: SqlStorage, last: number, time: number): number {
  let [low, high] = [1, last + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { at } = sql.exec<{ at: number }>("SELECT at FROM ledger WHERE seq = ?", middle).one();
    if (at < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
