import * as z from "zod";
import { walletClient } from "../../../schema/clients/wallet-client.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { wallet as walletResource } from "../../../schema/resources/wallet.ts";
import { shardId } from "../../../schema/wire/shards.ts";
import { cursorParam, limitParam } from "../api/list-query.ts";
import { notFound } from "../api/row-response.ts";
import { readRow } from "../api/rows.ts";
import { csvStream, type Lines, wantsCsv } from "../export/line-stream.ts";
import { csvFile, namedByDay } from "../export/respond.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { filtersOf, ledgerFilters } from "../ledger/filters.ts";
import { type AskBook, type BookRow, mergeBooks, placeOf, type Step } from "../ledger/merge.ts";
import { readPlace, writePlace } from "../ledger/place.ts";
import { CSV_COLUMNS, cellsOf, shownRow, showRow } from "../ledger/show.ts";
import { databaseOf } from "../store/database.ts";
import { unanswered, walletCommon } from "./wallet-common.ts";

const FORMATS = ["json", "csv"] as const;
const DEFAULT_PAGE = 50;
/** Of many books, rows of each that are in memory at a time. */
const CSV_ROWS_LEAST = 200;

/** GET /v1/wallets/{id}/ledger: every movement of the balance, newest first. */
export const ledgerRoute: AdminRoute = {
  ...walletCommon,
  method: "get",
  path: "/v1/wallets/{id}/ledger",
  operation_id: "listLedger",
  summary: "List a wallet's ledger",
  description: `Every movement of the balance, newest first. Rows are never changed, and their sum is the balance. Of a wallet with shards these are the rows of each shard's book, too: \`shard\` says of which, and the wallet's own book has what they spent as rows \`child\`. A page of \`charge\`, \`release\` or \`child\` looks at ${LIMITS.ledger_scan_rows} rows of a book at most: where few of many are of that kind, it may have fewer rows than \`limit\`, or none, and still a \`next_cursor\`.`,
  headers: { accept: "`text/csv` answers CSV." },
  query: z.object({
    ...ledgerFilters,
    format: z
      .enum(FORMATS, `must be one of ${FORMATS.join(", ")}`)
      .optional()
      .describe(
        "json or csv; what the header accept says unless given. As CSV it is all of them, streamed, without pages.",
      ),
    limit: limitParam,
    cursor: cursorParam,
  }),
  responses: {
    200: {
      description: "One page; `next_cursor` is null on the last. CSV has a column each and a line of heads.",
      schema: z.object({ data: z.array(shownRow), next_cursor: z.string().nullable() }),
    },
  },
  async handle({ http, params, query }, scope, actor) {
    const asked = filtersOf(query);
    if (isRefused(asked)) return refused(scope, asked.refused);
    const after = typeof query.cursor === "string" ? readPlace(query.cursor) : null;
    if (after === null && query.cursor !== undefined) return refused(scope, NO_CURSOR.refused);
    const wallet_id = params.id ?? "";
    const row = await readRow(databaseOf(scope.env.DB), walletResource, actor.org_id, wallet_id);
    if (row === null) return notFound(scope, walletResource);
    const books = booksOf(Number(row.shards), asked.shard);
    if (isRefused(books)) return refused(scope, books.refused);

    const csv = query.format === undefined ? wantsCsv(http.headers.get("accept")) : query.format === "csv";
    const limit = csv
      ? Math.max(CSV_ROWS_LEAST, Math.floor(LIMITS.ledger_page_rows / books.length))
      : typeof query.limit === "number"
        ? query.limit
        : DEFAULT_PAGE;
    try {
      // A wallet that nobody has used yet takes its settings from D1 first.
      await walletClient(scope.env, scope.effects, wallet_id).state();
      const steps = mergeBooks(askBooks(scope, wallet_id), books, asked.filters, csv ? null : after, limit);
      // Before anything is sent, so that a refusal is one.
      const begun = await steps.next();
      const first: Step = begun.done === true ? { rows: [], end: null } : begun.value;
      if (!csv) return json(scope, pageOf(wallet_id, first, limit));
      const file = csvStream(CSV_COLUMNS, linesOf(first, steps), (one) => cellsOf(wallet_id, one));
      return csvFile(scope, file, namedByDay(`ledger-${wallet_id}`, scope.started_at));
    } catch (error) {
      return unanswered(scope, wallet_id, error);
    }
  },
};

/** The numbers of the books of a wallet, or the one that is asked for. */
function booksOf(shards: number, wanted: number | null): readonly number[] | Refused {
  const most = shards > 1 ? shards : 0;
  if (wanted === null) return Array.from({ length: most + 1 }, (_, index) => index);
  if (wanted <= most) return [wanted];
  return refuse("invalid_request", {
    message: most === 0 ? "This wallet has no shards." : `This wallet has the shards 1 to ${most}; 0 is its own book.`,
    param: "shard",
  });
}

const askBooks =
  (scope: ConsoleScope, wallet_id: string): AskBook =>
  async (shard, query) => {
    const client = walletClient(scope.env, scope.effects, shard === 0 ? wallet_id : shardId(wallet_id, shard));
    // A shard that no request went to has no rows.
    const { page } = await client.call(async (wallet) => ({ status: "read", page: await wallet.ledgerPage(query) }));
    return page;
  };

function pageOf(wallet_id: string, { rows, end }: Step, limit: number) {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = rows.length > limit && last !== undefined ? placeOf(last) : end;
  return { data: page.map((row) => showRow(wallet_id, row)), next_cursor: next === null ? null : writePlace(next) };
}

async function* linesOf(first: Step, rest: AsyncIterable<Step>): AsyncGenerator<Lines<BookRow>> {
  yield { status: "lines", lines: first.rows };
  for await (const { rows } of rest) yield { status: "lines", lines: rows };
}

const NO_CURSOR: Refused = refuse("invalid_request", {
  message: "The cursor is not one of this list. Begin again without.",
  param: "cursor",
});
