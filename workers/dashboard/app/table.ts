import { type Child, h } from "./dom.ts";

export interface Column {
  readonly head: Child;
  readonly amount?: boolean;
  readonly sorted?: "ascending" | "descending";
}

/** A table that scrolls by itself where it is wider than the page. The first cell of a row names it. */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Child[])[]): HTMLElement {
  const head = columns.map(({ head: child, amount, sorted }) =>
    h("th", { scope: "col", class: amount === true ? "amount" : null, "aria-sort": sorted }, child),
  );
  const body = rows.map((cells) =>
    h(
      "tr",
      {},
      ...cells.map((cell, index) =>
        index === 0
          ? h("th", { scope: "row" }, cell)
          : h("td", { class: columns[index]?.amount === true ? "amount" : null }, cell),
      ),
    ),
  );
  return h(
    "div",
    { class: "scroll", role: "region", "aria-label": caption, tabindex: 0 },
    h(
      "table",
      {},
      h("caption", { class: "hidden" }, caption),
      h("thead", {}, h("tr", {}, ...head)),
      h("tbody", {}, ...body),
    ),
  );
}

/** Facts about one thing, name by name. */
export const facts = (entries: readonly (readonly [string, Node | string])[]): HTMLElement =>
  h("dl", { class: "facts" }, ...entries.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
