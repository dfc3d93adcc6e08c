import type { Console } from "./console.ts";
import {
  type Control,
  type ControlSpec,
  framed,
  invalid,
  lineInput,
  type Option,
  passwordInput,
  type Reading,
  SAME,
  selectInput,
  sends,
} from "./control.ts";
import { h, prose } from "./dom.ts";
import { label, plainUsd } from "./format.ts";
import { parseJson } from "./json.ts";
import { rowLabel } from "./names.ts";
import type { FieldInfo } from "./resource-info.ts";

/** How a field is being edited. */
export interface Editing {
  readonly field: FieldInfo;
  /** What stands in it at first: what it is now, or the default of a new one. */
  readonly initial: unknown;
  readonly creating: boolean;
  readonly placeholder: string;
}

/** The control of a field by its kind. */
export function fieldControl(con: Console, editing: Editing): Control {
  const { field, initial } = editing;
  switch (field.kind) {
    case "flag":
      return flagControl(editing);
    case "usd":
      return usdControl(editing);
    case "choice":
      return choiceControl(
        editing,
        field.values.map((value) => ({ value, label: value })),
      );
    case "reference":
      return choiceControl(editing, references(con, field, initial));
    case "secret":
      return secretControl(editing);
    case "time":
      return timeControl(editing);
    case "integer":
      return textControl(
        editing,
        lineInput({ ...specOf(editing), initial: plain(initial), inputmode: "numeric" }),
        readInteger,
      );
    case "list":
      return listControl(editing);
    case "json":
      return textControl(
        editing,
        area(initial === null ? "" : JSON.stringify(initial, null, 2), editing.placeholder),
        readJson,
      );
    default:
      return textControl(
        editing,
        lineInput({ ...specOf(editing), initial: plain(initial), placeholder: editing.placeholder }),
        sends,
      );
  }
}

export const specOf = ({ field, creating }: Editing): ControlSpec => ({
  name: field.name,
  label: label(field.name),
  hint: prose(field.description),
  // Of something that is there already nothing needs to be sent.
  required: creating ? field.required : !field.nullable,
});

const plain = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

function area(text: string, placeholder: string): HTMLTextAreaElement {
  const rows = Math.min(12, Math.max(3, text.split("\n").length + 1));
  const input = h("textarea", { rows, placeholder, spellcheck: "false" });
  input.value = text;
  return input;
}

/** What is typed in as text. Empty is null where that may be sent. */
function textControl(
  editing: Editing,
  input: HTMLInputElement | HTMLTextAreaElement,
  parse: (text: string) => Reading,
): Control {
  const before = input.value.trim();
  return {
    ...framed(specOf(editing), input),
    read() {
      const text = input.value.trim();
      const { field, creating } = editing;
      if (text === before && !(creating && field.required)) return SAME;
      if (text !== "") return parse(text);
      if (field.nullable) return creating ? SAME : sends(null);
      return creating && !field.required ? SAME : invalid("Fill this in.");
    },
  };
}

const readInteger = (text: string): Reading =>
  /^-?\d{1,15}$/.test(text) ? sends(Number(text)) : invalid("Give a whole number.");

function readJson(text: string): Reading {
  const value = parseJson(text);
  return value === undefined ? invalid("This is not valid JSON.") : sends(value);
}

function flagControl(editing: Editing): Control {
  const before = editing.initial === true;
  const input = h("input", { type: "checkbox" });
  input.checked = before;
  return {
    ...framed({ ...specOf(editing), required: true }, input),
    read: () => (input.checked === before ? SAME : sends(input.checked)),
  };
}

function choiceControl(editing: Editing, options: readonly Option[]): Control {
  const { field, creating } = editing;
  const before = plain(editing.initial);
  const empty = field.nullable || (creating && !field.required) ? "None" : "Choose…";
  const withEmpty = field.nullable || before === "" ? [{ value: "", label: empty }, ...options] : options;
  const only = creating && field.required && options.length === 1 ? (options[0]?.value ?? "") : "";
  const input = selectInput(withEmpty, before === "" ? only : before);
  return {
    ...framed(specOf(editing), input),
    read() {
      if (input.value === before && !(creating && field.required)) return SAME;
      if (input.value !== "") return sends(input.value);
      return field.nullable ? sends(null) : invalid("Choose one.");
    },
  };
}

/** What can be referred to: what has not ended, and what is referred to now. */
function references(con: Console, field: FieldInfo, initial: unknown): readonly Option[] {
  const rows = con.names
    .rows(field.resource)
    .filter((row) => typeof row.archived_at !== "string" || row.id === initial);
  const options = rows.map((row) => ({ value: plain(row.id), label: rowLabel(row) }));
  const known = initial === null || options.some(({ value }) => value === initial);
  return known ? options : [{ value: plain(initial), label: plain(initial) }, ...options];
}

/** Dollars. No limit is something that one chooses, not something that one forgets to fill in. */
function usdControl(editing: Editing): Control {
  const { field, creating, initial } = editing;
  const before = typeof initial === "string" ? plainUsd(initial) : "";
  const input = lineInput({ ...specOf(editing), initial: before, inputmode: "decimal", placeholder: "0.00" });
  const none = h("input", { type: "checkbox", name: `${field.name}_none` });
  const noneBefore = field.nullable && initial === null && !(creating && field.required);
  none.checked = noneBefore;
  const update = () => {
    input.disabled = none.checked;
  };
  none.addEventListener("change", update);
  update();
  const beside = field.nullable ? h("label", { class: "none" }, none, "No limit") : null;
  return {
    ...framed(specOf(editing), input, beside),
    read() {
      if (none.checked) return noneBefore ? SAME : sends(null);
      const text = input.value.trim().replace(/^\$/, "");
      if (text === "")
        return invalid(
          field.nullable ? "Give an amount in dollars, or choose no limit." : "Give an amount in dollars.",
        );
      return text === before ? SAME : sends(text);
    },
  };
}

/** A moment on this machine's clock, with seconds. */
function timeControl(editing: Editing): Control {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const input = lineInput({ ...specOf(editing), type: "datetime-local", initial: localTime(editing.initial) });
  const control = textControl(editing, input, (text) => sends(new Date(text).toISOString()));
  control.node.querySelector(".line")?.append(h("span", { class: "soft" }, zone));
  return control;
}

/** An RFC 3339 time as an input of the kind datetime-local takes it. */
export function localTime(iso: unknown): string {
  const at = typeof iso === "string" ? new Date(iso) : null;
  if (at === null || Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** One entry a line. Entries are numbers where the ones before them are. */
function listControl(editing: Editing): Control {
  const before: readonly unknown[] = Array.isArray(editing.initial) ? editing.initial : [];
  const numbers = before.some((item) => typeof item === "number");
  const input = area(before.join("\n"), "");
  const hinted: Editing = {
    ...editing,
    field: { ...editing.field, description: `${editing.field.description} One a line.` },
  };
  return textControl(hinted, input, (text) => {
    const items = text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
    return sends(items.map((item) => (numbers && /^\d+$/.test(item) ? Number(item) : item)));
  });
}

/** What is written and never shown: left empty it stays as it is. */
function secretControl(editing: Editing): Control {
  const { input, toggle } = passwordInput({ ...specOf(editing), autocomplete: "new-password" });
  if (!editing.creating) input.placeholder = "Leave empty to keep it";
  return {
    ...framed({ ...specOf(editing), required: editing.creating && editing.field.required }, input, toggle),
    read: () => (input.value === "" ? SAME : sends(input.value)),
  };
}
