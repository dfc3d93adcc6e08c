import * as z from "zod";
import { fromBase64Url, toBase64Url } from "../kernel/base64.ts";
import { tryParseJson } from "../kernel/json.ts";

/**
 * Where a page goes on: behind this place in the order of the list, newest first. A page that found nothing in a stretch
 * of the log ends between two rows, with an empty id: no row has it, and every row of that millisecond lies before it.
 */
export interface RequestCursor {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly event_id: string;
}

const written = z.tuple([z.int(), z.string().max(200)]);

/** The cursor as callers send it back, URL-safe. */
export const writeCursor = ({ at, event_id }: RequestCursor): string =>
  toBase64Url(new TextEncoder().encode(JSON.stringify([at, event_id])));

/** Null when the text is no cursor of this list. */
export function readCursor(text: string): RequestCursor | null {
  const bytes = fromBase64Url(text);
  const read = bytes === null ? null : written.safeParse(tryParseJson(new TextDecoder().decode(bytes))).data;
  return read === null || read === undefined ? null : { at: read[0], event_id: read[1] };
}
