/**
 * A spreadsheet runs what begins like a formula, and what is exported was partly typed by strangers. So a cell that begins
 * with one of `= + - @`, their full-width forms, tab, CR or LF gets an apostrophe in front; and so does one that begins
 * with an apostrophe, by which the rule can be undone without a doubt: who reads the file takes one leading apostrophe
 * off every cell that has one.
 */
const ESCAPED = /^[=+\-@＝＋－＠\t\r\n']/;

/** A text as a cell. What we write ourselves, an amount for one, needs none of it. */
export const escapeCell = (text: string): string => (ESCAPED.test(text) ? `'${text}` : text);

/** The text of a cell that `escapeCell` made. */
export const unescapeCell = (cell: string): string => (cell.startsWith("'") ? cell.slice(1) : cell);
