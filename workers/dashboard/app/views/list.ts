import { isAmount, namedResources, valueNode } from "../cell.ts";
import { type Console, endedWord, type View } from "../console.ts";
import { framed, lineInput, type Option, selectInput } from "../control.ts";
import { h, hidden, prose } from "../dom.ts";
import { count, label } from "../format.ts";
import { type Row, rowsIn, textIn, textOrNull } from "../json.ts";
import { rowLabel } from "../names.ts";
import { hrefTo, type Place } from "../place.ts";
import { fieldOf, type ResourceInfo } from "../resource-info.ts";
import { type Column, table } from "../table.ts";
import { extraColumns, lessonOf } from "./list-extras.ts";
import { pager } from "./pager.ts";
import { refusedView } from "./refused.ts";

/** The list of a resource: its columns, sorted and filtered as the address says. */
export async function listView(con: Console, resource: ResourceInfo, place: Place): Promise<View> {
  const named = namedResources(resource, [...resource.columns, ...resource.filter]);
  const [answer] = await Promise.all([
    con.api.call("GET", resource.path, { query: place.query }),
    con.names.prepare(named),
  ]);
  if (answer.status === "refused") return refusedView(answer.error);
  const rows = rowsIn(answer.body, "data");
  const filters = filtersOf(resource, place);
  const plain = Object.keys(filters).length === 0 && place.query.cursor === undefined;
  if (rows.length === 0 && plain) return { title: resource.title, content: emptyState(con, resource) };
  return {
    title: resource.title,
    content: [
      h("p", { class: "lead" }, ...prose(resource.description)),
      h("div", { class: "actions" }, ...createActions(con, resource)),
      ...(resource.filter.length === 0 ? [] : [filterForm(con, resource, place, filters)]),
      rows.length === 0
        ? h(
            "p",
            { class: "empty" },
            "Nothing fits these filters. ",
            h("a", { href: hrefTo([resource.slug]) }, "Show everything"),
          )
        : listTable(con, resource, place, rows),
      pager(place, textOrNull(answer.body, "next_cursor"), count(rows.length, "row", "rows")),
    ],
  };
}

function listTable(con: Console, resource: ResourceInfo, place: Place, rows: readonly Row[]): Node {
  const [first = "id", ...others] = resource.columns;
  const extras = extraColumns(resource.name);
  const column = (name: string): Column => ({
    head: sortHead(resource, place, name),
    amount: isAmount(name),
    ...sortedBy(place, name),
  });
  const columns = [column(first), ...extras.map(({ head }) => ({ head })), ...others.map(column)];
  const cells = rows.map((row) => [
    firstCell(con, resource, row, first),
    ...extras.map(({ cell }) => cell(con, row)),
    ...others.map((name) => valueNode(con, resource, name, row[name])),
  ]);
  return table(resource.title, columns, cells);
}

/** The first column leads to the thing itself. */
function firstCell(con: Console, resource: ResourceInfo, row: Row, name: string): Node {
  const ended = endedWord(row, con.effects.now());
  const value = row[name];
  const text =
    fieldOf(resource, name)?.kind === "reference"
      ? con.names.label(fieldOf(resource, name)?.resource ?? "", String(value))
      : value;
  return h(
    "span",
    {},
    h("a", { href: hrefTo([resource.slug, textIn(row, "id")]) }, typeof text === "string" ? text : rowLabel(row)),
    ended === null ? null : h("span", { class: "badge ended" }, ended),
    row.frozen === true && ended === null ? h("span", { class: "badge ended" }, "Frozen") : null,
  );
}

const sortOf = (place: Place): string => place.query.sort ?? "-created_at";

function sortedBy(place: Place, name: string): Pick<Column, "sorted"> {
  const sort = sortOf(place);
  if (sort === name) return { sorted: "ascending" };
  return sort === `-${name}` ? { sorted: "descending" } : {};
}

function sortHead(resource: ResourceInfo, place: Place, name: string): Node {
  if (!resource.sort.includes(name)) return h("span", {}, label(name));
  const sort = sortOf(place);
  const next = sort === name ? `-${name}` : name;
  const mark = sort === name ? " ↑" : sort === `-${name}` ? " ↓" : "";
  const { cursor: _cursor, ...query } = place.query;
  return h(
    "a",
    { id: `sort-${name}`, href: hrefTo(place.path, { ...query, sort: next }) },
    label(name),
    h("span", { "aria-hidden": "true" }, mark),
    hidden(`, sort ${next === name ? "ascending" : "descending"}`),
  );
}

const filtersOf = (resource: ResourceInfo, { query }: Place): Readonly<Record<string, string>> =>
  Object.fromEntries(resource.filter.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]])));

function filterForm(
  con: Console,
  resource: ResourceInfo,
  place: Place,
  filters: Readonly<Record<string, string>>,
): Node {
  const inputs = resource.filter.map((name) => {
    const input = filterInput(con, resource, name, filters[name] ?? "");
    return { name, input, node: framed({ name, label: label(name), required: true }, input).node };
  });
  const active = Object.keys(filters).length;
  const element = h(
    "form",
    { class: "filters" },
    ...inputs.map(({ node }) => node),
    h(
      "div",
      { class: "actions" },
      h("button", { type: "submit", id: "filter" }, "Filter"),
      active === 0 ? null : h("a", { href: hrefTo(place.path) }, "Show everything"),
    ),
  );
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = Object.fromEntries(inputs.map(({ name, input }) => [name, input.value.trim()]));
    con.go(hrefTo(place.path, { sort: place.query.sort ?? "", ...chosen }));
  });
  return h(
    "details",
    { class: "filter", open: active > 0 },
    h("summary", {}, active === 0 ? "Filter" : `Filter (${active})`),
    element,
  );
}

function filterInput(
  con: Console,
  resource: ResourceInfo,
  name: string,
  value: string,
): HTMLInputElement | HTMLSelectElement {
  const options = filterOptions(con, resource, name);
  if (options === null) return lineInput({ name, label: name, initial: value });
  return selectInput([{ value: "", label: "Any" }, ...options], value);
}

function filterOptions(con: Console, resource: ResourceInfo, name: string): readonly Option[] | null {
  const field = fieldOf(resource, name);
  if (field?.kind === "flag")
    return [
      { value: "true", label: "Yes" },
      { value: "false", label: "No" },
    ];
  if (field?.kind === "choice") return field.values.map((value) => ({ value, label: value }));
  if (field?.kind !== "reference") return null;
  return con.names.rows(field.resource).map((row) => ({ value: textIn(row, "id"), label: rowLabel(row) }));
}

function createActions(con: Console, resource: ResourceInfo): readonly Node[] {
  const invitations = con.resource("invitation");
  const invites = resource.name === "member" && invitations !== undefined && con.may(invitations.write);
  if (invites) return [createLink(invitations.slug, "Invite somebody")];
  if (!resource.can("create") || !con.may(resource.write)) return [];
  return [createLink(resource.slug, `Create ${resource.one}`)];
}

const createLink = (slug: string, text: string): Node =>
  h("a", { class: "button primary", href: hrefTo(["create", slug]) }, text);

const emptyState = (con: Console, resource: ResourceInfo): readonly Node[] => [
  h(
    "div",
    { class: "empty" },
    h("p", {}, h("strong", {}, `There is no ${resource.one} yet.`)),
    h("p", {}, ...prose(resource.description)),
    lessonOf(resource.name),
    h("div", { class: "actions" }, ...createActions(con, resource)),
  ),
];
