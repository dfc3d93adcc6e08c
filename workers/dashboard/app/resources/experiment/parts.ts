import type { Row } from "../../lib/json.ts";

/** Parts of objects that are typed: what is emptied is left out, and what is no number stays text for the API to refuse. */

export const numberOr = (text: string): number | string => {
  const typed = text.trim();
  return /^\d+(?:\.\d+)?$/.test(typed) && !typed.endsWith(".") ? Number(typed) : text;
};

export function withText(row: Row, name: string, text: string): Row {
  const { [name]: _before, ...others } = row;
  return text === "" ? others : { ...others, [name]: text };
}

export function withNumber(row: Row, name: string, text: string): Row {
  const { [name]: _before, ...others } = row;
  return text.trim() === "" ? others : { ...others, [name]: numberOr(text) };
}
