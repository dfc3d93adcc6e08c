import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { Row } from "./hooks.ts";

/** A page of rows that are numbered, newest first: how many, and before which number. */
export interface SeqPage {
  readonly limit: number;
  readonly before: number | null;
}

const DEFAULT_PAGE = 50;

/** The page that a parsed query asks for; its cursor is the number of the last row of the page before. */
export function seqPage(query: Row): SeqPage | Refused {
  const limit = typeof query.limit === "number" ? query.limit : DEFAULT_PAGE;
  if (typeof query.cursor !== "string") return { limit, before: null };
  const before = Number(query.cursor);
  if (Number.isSafeInteger(before) && before > 0) return { limit, before };
  return refuse("invalid_request", {
    message: "The cursor is not one of this list. Begin again without.",
    param: "cursor",
  });
}

/** The page of rows of which one more than `limit` was read, and its cursor. */
export function cutPage<Numbered extends { readonly seq: number }>(rows: readonly Numbered[], { limit }: SeqPage) {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next_cursor: rows.length > limit && last !== undefined ? String(last.seq) : null };
}
