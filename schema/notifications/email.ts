import type { Notification, NotificationTable } from "./notification.ts";

/** A message as an e-mail. */
export interface Email {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** RFC 5322 has 998 octets for a line; people see far less of it. */
const SUBJECT_CHARS = 150;

/** Text and HTML of a message. What comes from people is escaped, and no line of it gets into a header. */
export function emailOf({ title, lines, tables }: Notification): Email {
  return {
    subject: title.replace(/\p{Cc}+/gu, " ").slice(0, SUBJECT_CHARS),
    text: [...lines, ...tables.map(tableText)].join("\n\n").concat("\n"),
    html: `<!doctype html><html><body style="font-family:sans-serif"><h2>${escapeHtml(title)}</h2>${[
      ...lines.map((line) => `<p>${escapeHtml(line)}</p>`),
      ...tables.map(tableHtml),
    ].join("")}</body></html>`,
  };
}

function tableText({ title, columns, rows }: NotificationTable): string {
  const all = [columns, ...rows];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => (row[at] ?? "").length)));
  const line = (row: readonly string[]): string =>
    widths
      .map((width, at) => (at === 0 ? (row[at] ?? "").padEnd(width) : (row[at] ?? "").padStart(width)))
      .join("  ")
      .trimEnd();
  return [title, ...all.map(line)].join("\n");
}

function tableHtml({ title, columns, rows }: NotificationTable): string {
  const cells = (tag: "th" | "td", row: readonly string[]): string =>
    row.map((cell, at) => `<${tag} align="${at === 0 ? "left" : "right"}">${escapeHtml(cell)}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("");
  return `<h3>${escapeHtml(title)}</h3><table cellpadding="4"><tr>${cells("th", columns)}</tr>${body}</table>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? "");
