import type { Answer } from "../api.ts";
import { referenceNode } from "../cell.ts";
import type { Console, View } from "../console.ts";
import { framed, lineInput, selectInput } from "../control.ts";
import { copyable } from "../dialog.ts";
import { announce, button, h, problemNode } from "../dom.ts";
import { localTime } from "../field-control.ts";
import { capital, count, timeNode } from "../format.ts";
import { type Row, rowIn, rowsIn, textIn, textOrNull } from "../json.ts";
import { rowLabel } from "../names.ts";
import { hrefTo, type Place } from "../place.ts";
import { table } from "../table.ts";
import { showEntry } from "./audit-entry.ts";
import { pager } from "./pager.ts";
import { refusedView } from "./refused.ts";
import { saveFile } from "./save-file.ts";

/** The audit log: what was done, by whom, and the proof that nothing of it was changed since. */
export async function auditView(con: Console, place: Place): Promise<View> {
  const [answer, head] = await Promise.all([
    con.api.call("GET", "/v1/audit", { query: place.query }),
    con.api.call("GET", "/v1/audit/head"),
    con.names.prepare(con.resources.map(({ name }) => name)),
  ]);
  if (answer.status === "refused") return refusedView(answer.error);
  const entries = rowsIn(answer.body, "data");
  return {
    title: "Audit log",
    content: [
      h(
        "p",
        { class: "lead" },
        "Every change of the configuration, newest first. Each entry is signed and holds the hash of the one before it.",
      ),
      ...proof(con, head),
      filterForm(con, place),
      exports(con, place),
      entries.length === 0 ? h("p", { class: "empty" }, "No entry fits these filters.") : entryTable(con, entries),
      pager(place, textOrNull(answer.body, "next_cursor"), count(entries.length, "entry", "entries")),
    ],
  };
}

function entryTable(con: Console, entries: readonly Row[]): Node {
  const columns = [{ head: "Entry" }, { head: "When" }, { head: "Who" }, { head: "What" }, { head: "To what" }];
  return table(
    "Audit entries, newest first",
    columns,
    entries.map((entry) => [
      button(String(entry.seq), () => showEntry(con, entry), { class: "link" }),
      timeNode(textIn(entry, "at"), con.effects.now()),
      textIn(rowIn(entry, "actor"), "name") || textIn(rowIn(entry, "actor"), "id"),
      h(
        "span",
        {},
        h("code", {}, textIn(entry, "action")),
        entry.outcome === "done" ? null : h("span", { class: "badge ended" }, capital(textIn(entry, "outcome"))),
      ),
      targetNode(con, entry),
    ]),
  );
}

export function targetNode(con: Console, entry: Row): Node {
  const target = rowIn(entry, "target");
  const [type, id] = [textIn(target, "type"), textIn(target, "id")];
  if (type === "") return h("span", { class: "soft" }, "–");
  return h("span", {}, h("span", { class: "soft" }, `${type.replaceAll("_", " ")} `), referenceNode(con, type, id));
}

/** What is typed in or chosen, by the API's own names of the filters. */
function filterForm(con: Console, place: Place): Node {
  const { query } = place;
  const actors = [
    ...con.names.rows("member").map((row) => ({ value: textIn(row, "user_id"), label: rowLabel(row) })),
    ...con.names.rows("key").map((row) => ({ value: textIn(row, "id"), label: `Key ${rowLabel(row)}` })),
  ];
  const types = con.resources.map(({ name, title }) => ({ value: name, label: title }));
  const any = { value: "", label: "Any" };
  const known = query.actor_id === undefined || actors.some(({ value }) => value === query.actor_id);
  const actorOptions = known ? actors : [...actors, { value: query.actor_id ?? "", label: query.actor_id ?? "" }];
  const inputs = [
    {
      name: "action",
      label: "Action",
      input: lineInput({ name: "action", label: "Action", initial: query.action ?? "", placeholder: "key.created" }),
    },
    { name: "actor_id", label: "Who", input: selectInput([any, ...actorOptions], query.actor_id ?? "") },
    { name: "target_type", label: "Kind of target", input: selectInput([any, ...types], query.target_type ?? "") },
    {
      name: "target_id",
      label: "Target's ID",
      input: lineInput({ name: "target_id", label: "Target's ID", initial: query.target_id ?? "" }),
    },
    {
      name: "from",
      label: "From",
      input: lineInput({ name: "from", label: "From", type: "datetime-local", initial: localTime(query.from) }),
    },
    {
      name: "to",
      label: "To",
      input: lineInput({ name: "to", label: "To", type: "datetime-local", initial: localTime(query.to) }),
    },
  ];
  const active = inputs.filter(({ name }) => query[name] !== undefined).length;
  const element = h(
    "form",
    { class: "filters" },
    ...inputs.map(({ name, label, input }) => framed({ name, label, required: true }, input).node),
    h(
      "div",
      { class: "actions" },
      h("button", { type: "submit", id: "filter" }, "Filter"),
      active === 0 ? null : h("a", { href: hrefTo(["audit"]) }, "Show everything"),
    ),
  );
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = inputs.map(({ input }) => [
      input.name,
      input.type === "datetime-local" ? isoTime(input.value) : input.value.trim(),
    ]);
    con.go(hrefTo(["audit"], Object.fromEntries(chosen)));
  });
  return h(
    "details",
    { class: "filter", open: active > 0 },
    h("summary", {}, active === 0 ? "Filter" : `Filter (${active})`),
    element,
  );
}

const isoTime = (local: string): string => (local === "" ? "" : new Date(local).toISOString());

const FORMATS = [
  { format: "json", name: "JSON" },
  { format: "csv", name: "CSV" },
  { format: "parquet", name: "Parquet" },
] as const;

/** The entries that the filters keep, as a file. */
function exports(con: Console, { query }: Place): Node {
  const { cursor: _cursor, limit: _limit, ...filters } = query;
  const filtered = Object.keys(filters).length > 0;
  const problem = h("div", {});
  const buttons = FORMATS.map(({ format, name }) =>
    button(`Export ${name}`, async () => {
      const answer = await con.api.file("/v1/audit/export", { ...filters, format });
      if (answer.status === "refused") {
        problem.replaceChildren(problemNode(answer.error.message));
        return;
      }
      saveFile(answer.blob, answer.name);
      announce(`${answer.name} was saved.`);
    }),
  );
  const note = filtered ? "Only what the filters keep is exported. The whole log can be verified offline." : null;
  return h(
    "div",
    {},
    h("div", { class: "actions" }, ...buttons),
    note === null ? null : h("p", { class: "soft" }, note),
    problem,
  );
}

/** Verifying the chain, and what is needed to do so elsewhere. */
function proof(con: Console, head: Answer): readonly Node[] {
  const result = h("div", { role: "status" });
  const verify = button("Verify", async () =>
    result.replaceChildren(verdict(await con.api.call("POST", "/v1/audit/verify"))),
  );
  const key = head.status === "ok" ? textIn(head.body, "public_key") : "";
  const receipt = head.status === "ok" ? head.body.receipt : null;
  const save = button("Save receipt", () => {
    const text = JSON.stringify({ receipt, public_key: key }, null, 2);
    saveFile(new Blob([text], { type: "application/json" }), "audit-receipt.json");
    announce("audit-receipt.json was saved.");
  });
  return [
    h(
      "div",
      { class: "actions" },
      ...(con.may("audit:verify") ? [verify] : []),
      ...(receipt === null || receipt === undefined ? [] : [save]),
    ),
    result,
    ...(head.status === "ok"
      ? [
          h(
            "details",
            {},
            h("summary", {}, "Public key"),
            copyable("Checks signatures, receipts and exports", key),
            lastCheck(con, rowIn(head.body, "last_check")),
          ),
        ]
      : []),
  ];
}

function lastCheck(con: Console, check: Row): Node {
  const at = textOrNull(check, "checked_at");
  if (at === null) return h("p", { class: "soft" }, "The daily check has not run yet.");
  const found = check.ok === true ? "found nothing wrong" : "found the log changed";
  return h("p", { class: "soft" }, "The daily check ran ", timeNode(at, con.effects.now()), ` and ${found}.`);
}

function verdict(answer: Answer): Node {
  if (answer.status === "refused") return problemNode(answer.error.message);
  const entries = count(Number(answer.body.entries ?? 0), "entry", "entries");
  if (answer.body.ok === true)
    return h("p", { class: "good" }, `The chain is whole: ${entries}, nothing changed, removed or inserted.`);
  const problems = rowsIn(answer.body, "problems").map((row) =>
    h("li", {}, `Entry ${String(row.seq)}: ${textIn(row, "problem")}`),
  );
  return problemNode(`The log was changed from outside (${entries}).`, h("ul", {}, ...problems));
}
