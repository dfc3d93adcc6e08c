import { formatTime } from "../../../schema/kernel/time.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { byteStream } from "./byte-stream.ts";
import { CSV_TYPE } from "./csv-lines.ts";

const headers = (scope: ConsoleScope) => ({
  "cache-control": "no-store",
  "x-request-id": scope.public_request_id,
  "x-ao-request-id": scope.request_id,
});

/** JSON of any length. */
export const jsonAnswer = (scope: ConsoleScope, chunks: AsyncGenerator<Uint8Array>): Response =>
  new Response(byteStream(chunks), { headers: { ...headers(scope), "content-type": "application/json" } });

/** A file of CSV of any length. */
export const csvFile = (scope: ConsoleScope, chunks: AsyncGenerator<Uint8Array>, name: string): Response =>
  new Response(byteStream(chunks), {
    headers: {
      ...headers(scope),
      "content-type": CSV_TYPE,
      "content-disposition": `attachment; filename="${name}"`,
    },
  });

/** The name of a file about a stretch of time: `cost-2026-11-01-2026-12-01.csv`. */
export const fileName = (what: string, range: { readonly from: number; readonly to: number }): string =>
  `${[what, ...[range.from, range.to].map((at) => formatTime(at).slice(0, 10))].join("-")}.csv`;

/** The name of a file about all that there was on a day: `requests-2026-11-26.csv`. */
export const namedByDay = (what: string, at: number): string => `${what}-${formatTime(at).slice(0, 10)}.csv`;
