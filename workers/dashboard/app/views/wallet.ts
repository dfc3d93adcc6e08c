import type { Answer } from "../api.ts";
import { announce, button, h, problemNode } from "../dom.ts";
import { label, money, timeNode } from "../format.ts";
import { type Row, rowsIn, textIn, textOrNull, textsIn } from "../json.ts";
import { facts, table } from "../table.ts";
import type { Extras, Subject } from "./subject.ts";

/** A wallet's money: figures, ledger, books, and the switch that stops it. */
export async function walletExtras(subject: Subject): Promise<Extras> {
  const { con, resource, row } = subject;
  const archived = typeof row.archived_at === "string";
  const books = h("div", { role: "status" });
  return {
    actions: [
      ...(con.may(resource.write) && !archived
        ? [button(row.frozen === true ? "Unfreeze" : "Freeze", () => freeze(subject))]
        : []),
      button("Check books", async () =>
        books.replaceChildren(booksNode(await con.api.call("POST", `/v1/wallets/${subject.id}/audit`))),
      ),
      button("Refresh", () => con.reload(), { id: "refresh" }),
    ],
    sections: [books, ...figures(subject), h("h2", {}, "Ledger"), await ledger(subject)],
    hides: FIGURES,
  };
}

const FIGURES = [
  "spent_usd",
  "held_usd",
  "leased_usd",
  "transferring_usd",
  "ended",
  "available_usd",
  "balance_usd",
  "overdraft_used_usd",
  "open_holds",
  "period_started_at",
  "resets_at",
  "unavailable",
];

async function freeze({ con, resource, row, id, etag, label: name, refuse }: Subject): Promise<void> {
  const frozen = row.frozen !== true;
  const answer = await con.api.call("PATCH", `${resource.path}/${id}`, {
    body: { frozen },
    headers: etag === null ? {} : { "if-match": etag },
  });
  if (answer.status === "refused") {
    refuse(answer.error.message);
    return;
  }
  announce(`“${name}” is ${frozen ? "frozen: it refuses everything" : "not frozen any more"}.`);
  await con.reload();
}

function figures({ con, row }: Subject): readonly Node[] {
  if (row.unavailable === true)
    return [problemNode("The wallet does not answer, so its figures are not known. Try again.")];
  const amount = (name: string, none: string): string => {
    const usd = textOrNull(row, name);
    return usd === null ? none : money(usd);
  };
  const resets = textOrNull(row, "resets_at");
  return [
    h(
      "div",
      { class: "figures" },
      facts([
        ["Limit", amount("limit_usd", "No limit")],
        ["Spent", amount("spent_usd", "–")],
        ["Held", amount("held_usd", "–")],
        ["Lent below", amount("leased_usd", "–")],
        ["In transfers", amount("transferring_usd", "–")],
        ["Available", amount("available_usd", "No limit")],
        ...(row.ended === true ? ([["Time", "Over: it spends nothing more"]] as const) : []),
        ["Resets", resets === null ? "Never" : timeNode(resets, con.effects.now())],
      ]),
      utilisation(row),
    ),
  ];
}

/** How much of the limit is spent and held, as a bar and as a sentence. */
function utilisation(row: Row): Node | string {
  const limit = Number(row.limit_usd ?? Number.NaN);
  if (row.limit_usd === null || !(limit > 0)) return "";
  const share = (name: string): number => Math.max(0, (Number(row[name] ?? 0) / limit) * 100);
  const [spent, held] = [share("spent_usd"), share("held_usd")];
  const text = `${percent(spent)} of the limit spent, ${held === 0 ? "nothing" : percent(held)} held.`;
  const part = (kind: string, size: number): HTMLElement => {
    const element = h("span", { class: kind });
    // Set by script and not as an attribute, which the page's policy refuses.
    element.style.width = `${Math.min(100, size)}%`;
    return element;
  };
  const state = spent >= 100 ? "bar over" : spent >= 80 ? "bar near" : "bar";
  return h(
    "div",
    {},
    h(
      "div",
      { class: state, role: "img", "aria-label": text },
      part("spent", spent),
      part("held", Math.min(held, 100 - Math.min(spent, 100))),
    ),
    h("p", { class: "soft" }, text),
  );
}

const percent = (share: number): string => (share > 0 && share < 0.1 ? "less than 0.1 %" : `${share.toFixed(1)} %`);

function booksNode(answer: Answer): Node {
  if (answer.status === "refused") return problemNode(answer.error.message);
  if (answer.body.ok === true)
    return h("p", { class: "good" }, "The books are right: ledger, balance, holds and events agree.");
  return problemNode(
    "The books are not right.",
    h("ul", {}, ...textsIn(answer.body, "problems").map((text) => h("li", {}, text))),
  );
}

/** The ledger, a page at a time. */
async function ledger({ con, id }: Subject): Promise<Node> {
  const place = h("div", {});

  async function show(cursor: string | null): Promise<void> {
    const query: Record<string, string> = { limit: "20", ...(cursor === null ? {} : { cursor }) };
    const answer = await con.api.call("GET", `/v1/wallets/${id}/ledger`, { query });
    if (answer.status === "refused") {
      place.replaceChildren(problemNode(answer.error.message));
      return;
    }
    const next = textOrNull(answer.body, "next_cursor");
    const more = h("nav", { class: "pager", "aria-label": "Pages of the ledger" });
    if (cursor !== null) more.append(button("Newest", () => show(null)));
    if (next !== null) more.append(button("Older", () => show(next)));
    place.replaceChildren(ledgerTable(con.effects.now(), rowsIn(answer.body, "data")), more);
    if (cursor !== null) announce("Further rows of the ledger.");
  }

  await show(null);
  return place;
}

const ledgerTable = (now_ms: number, rows: readonly Row[]): Node =>
  rows.length === 0
    ? h("p", { class: "empty" }, "Nothing has moved yet.")
    : table(
        "Ledger, newest first",
        [
          { head: "When" },
          { head: "What" },
          { head: "Amount", amount: true },
          { head: "Balance", amount: true },
          { head: "Cause" },
        ],
        rows.map((row) => [
          timeNode(textIn(row, "at"), now_ms),
          label(textIn(row, "kind")),
          h("span", { class: "figure" }, money(textIn(row, "amount_usd"))),
          h("span", { class: "figure" }, money(textIn(row, "balance_usd"))),
          h("code", {}, textIn(row, "ref")),
        ]),
      );
