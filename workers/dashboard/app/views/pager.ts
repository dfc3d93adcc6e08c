import { h } from "../dom.ts";
import { hrefTo, type Place } from "../place.ts";

/** From which page one came to which, by cursor: a cursor leads on and never back. Empty is the first page. */
const cameFrom = new Map<string, string>();

/** Next and previous. Where it is not known what was before, the way back is to the first page. */
export function pager(place: Place, next_cursor: string | null, counted: string): HTMLElement {
  const { cursor = "", ...query } = place.query;
  if (next_cursor !== null) cameFrom.set(next_cursor, cursor);
  const before = cameFrom.get(cursor);
  const to = (target: string): string => hrefTo(place.path, { ...query, cursor: target });
  const back = before === undefined || before === "" ? "First page" : "Previous";
  return h(
    "nav",
    { class: "pager", "aria-label": "Pages" },
    h("span", { class: "soft" }, counted),
    cursor === "" ? null : h("a", { id: "page-back", href: to(before ?? "") }, back),
    next_cursor === null ? null : h("a", { id: "page-next", href: to(next_cursor) }, "Next"),
  );
}
