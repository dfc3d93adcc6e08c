import type { Console } from "../console.ts";
import { openDialog } from "../dialog.ts";
import { button, h } from "../dom.ts";
import { label } from "../format.ts";
import { isRow, type Row, rowIn, textIn, textOrNull } from "../json.ts";
import { facts, table } from "../table.ts";

/** One entry with what it was before and after. */
export function showEntry(con: Console, entry: Row): void {
  const details = rowIn(entry, "details");
  const { before, after, ...others } = details;
  const actor = rowIn(entry, "actor");
  const target = rowIn(entry, "target");
  const dialog = openDialog(
    `Entry ${String(entry.seq)}: ${textIn(entry, "action")}`,
    facts([
      ["When", textIn(entry, "at")],
      ["Who", `${textIn(actor, "name")} (${textIn(actor, "type")} ${textIn(actor, "id")})`],
      [
        "To what",
        textIn(target, "type") === ""
          ? "–"
          : `${textIn(target, "type")} ${con.names.label(textIn(target, "type"), textIn(target, "id"))} (${textIn(target, "id")})`,
      ],
      ["Outcome", textIn(entry, "outcome")],
      ["Request", textOrNull(entry, "request_id") ?? "–"],
      ["Address", textOrNull(entry, "ip") ?? "–"],
    ]),
    changes(isRow(before) ? before : {}, isRow(after) ? after : {}),
    Object.keys(others).length === 0
      ? null
      : facts(Object.entries(others).map(([name, value]) => [label(name), shown(value)])),
    h(
      "details",
      {},
      h("summary", {}, "Hash and signature"),
      facts([
        ["Hash", h("code", {}, textIn(entry, "hash"))],
        ["Hash before", h("code", {}, textIn(entry, "prev_hash"))],
        ["Signature", h("code", {}, textIn(entry, "signature"))],
        ["Signing key", h("code", {}, textIn(entry, "key_id"))],
      ]),
    ),
    h(
      "div",
      { class: "actions" },
      button("Close", () => dialog.close()),
    ),
  );
}

function changes(before: Row, after: Row): Node | null {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (names.length === 0) return null;
  return table(
    "What changed",
    [{ head: "Field" }, { head: "Before" }, { head: "After" }],
    names.map((name) => [label(name), shown(before[name]), shown(after[name])]),
  );
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
