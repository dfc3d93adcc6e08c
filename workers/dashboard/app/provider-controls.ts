import {
  type CredentialField,
  isProviderKind,
  PROVIDER_KINDS,
  type ProviderKindRow,
  type SettingField,
} from "../../../schema/providers/kinds.ts";
import { type Control, framed, invalidAt, lineInput, passwordInput, type Reading, SAME, sends } from "./control.ts";
import { h } from "./dom.ts";
import type { Editing } from "./field-control.ts";
import { capital, label } from "./format.ts";
import { type Row, rowOf } from "./json.ts";

/** What a provider needs by its kind, which may still be chosen: an input for each part, in one group. */

type Part = Omit<Control, "read">;

interface GroupSpec {
  readonly editing: Editing;
  readonly legend: string;
  readonly hint: (kind: ProviderKindRow) => string;
  /** Instead of parts, when the kind has none. */
  readonly nothing: string;
  /** Named `credential.api_key`, as the API names what is at fault. */
  readonly parts: (kind: ProviderKindRow) => readonly Part[];
  read(parts: readonly Part[], kind: ProviderKindRow): Reading;
}

function kindGroup({ editing, ...spec }: GroupSpec, kind: Control | string): Control {
  const group = h("div", { class: "parts" });
  const hint = h("p", { class: "hint" });
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  let row: ProviderKindRow | null = null;
  let parts: readonly Part[] = [];
  let at: Part | undefined;

  function build(): void {
    row = kindRow(typeof kind === "string" ? kind : kind.current());
    parts = row === null ? [] : spec.parts(row);
    at = undefined;
    hint.textContent = row === null ? "Choose the kind first." : parts.length === 0 ? spec.nothing : spec.hint(row);
    group.replaceChildren(...parts.map(({ node }) => node));
  }

  build();
  if (typeof kind !== "string") kind.node.addEventListener("change", build);
  return {
    name: editing.field.name,
    node: h("fieldset", {}, h("legend", {}, spec.legend), hint, group, problem),
    current: () => "",
    read: () => (row === null ? SAME : spec.read(parts, row)),
    showProblem(message, param = null) {
      for (const part of parts) part.showProblem(null);
      at = message === null ? undefined : parts.find(({ name }) => name === param);
      at?.showProblem(withoutName(message ?? "", param ?? ""));
      problem.textContent = at === undefined ? (message ?? "") : "";
      problem.hidden = at !== undefined || message === null;
    },
    focus: () => (at ?? parts[0])?.focus(),
  };
}

/** At the part itself, "Credential.api_key must …" is "It must …". */
const withoutName = (message: string, param: string): string =>
  message.toLowerCase().startsWith(`${param} `) ? `It${message.slice(param.length)}` : message;

const kindRow = (kind: string): ProviderKindRow | null => (isProviderKind(kind) ? PROVIDER_KINDS[kind] : null);

/** What was typed in, by the name behind the dot. */
const givenOf = (parts: readonly Part[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    parts
      .map((part) => [part.name.slice(part.name.indexOf(".") + 1), part.current().trim()] as const)
      .filter(([, text]) => text !== ""),
  );

/** A provider's credential. What is there already is never shown, and stays as long as nothing is typed in. */
export function credentialControl(editing: Editing, kind: Control | string): Control {
  const { creating } = editing;
  return kindGroup(
    {
      editing,
      legend: "Credential",
      nothing: "This kind needs none.",
      hint: (row) =>
        [
          "Stored sealed, and never shown again.",
          ...(creating ? [] : ["Left empty it stays as it is; what is filled in replaces the whole of it."]),
          ...(row.credential_ways === undefined ? [] : [`Give ${waysOf(row)}.`]),
        ].join(" "),
      parts: (row) => row.credential.map((field) => credentialPart(field, creating)),
      read(parts, row) {
        const given = givenOf(parts);
        const names = Object.keys(given);
        if (names.length === 0 && !creating) return SAME;
        const missing = row.credential.find(({ name, required }) => required && given[name] === undefined);
        if (missing !== undefined) return invalidAt(`credential.${missing.name}`, `The ${missing.label} is missing.`);
        const one = row.credential_ways?.some(
          (way) => way.length === names.length && way.every((name) => given[name] !== undefined),
        );
        if (one === false) return { status: "invalid", message: `Give ${waysOf(row)}, and nothing besides.` };
        return names.length === 0 ? SAME : sends(given);
      },
    },
    kind,
  );
}

/** "either API key, or Access key id and Secret access key". */
function waysOf({ credential, credential_ways = [] }: ProviderKindRow): string {
  const called = (name: string): string => credential.find((field) => field.name === name)?.label ?? name;
  return `either ${credential_ways.map((way) => way.map(called).join(" and ")).join(", or ")}`;
}

/** A whole file has many lines, and is pasted into a field that has them too. */
function credentialPart(field: CredentialField, creating: boolean): Part {
  const spec = { name: `credential.${field.name}`, label: field.label, required: field.required && creating };
  switch (field.form) {
    case "service_account_key": {
      const hint = ["Paste the whole JSON file that Google gave you for the service account."];
      const input = h("textarea", {
        rows: 8,
        spellcheck: "false",
        autocomplete: "off",
        placeholder: '{"type":"service_account", …}',
      });
      return framed({ ...spec, hint }, input);
    }
    default: {
      const { input, toggle } = passwordInput({ ...field, autocomplete: "new-password" });
      return framed(spec, input, toggle);
    }
  }
}

/** What is particular to a kind. It is replaced as a whole: what this version does not know of it stays as it is. */
export function settingsControl(editing: Editing, kind: Control | string): Control {
  const before = rowOf(editing.initial);
  return kindGroup(
    {
      editing,
      legend: "Settings of its kind",
      nothing: "This kind has none.",
      hint: () => "Left empty, each has what is usual for the kind.",
      parts: ({ settings = [] }) => settings.map((field) => settingPart(field, before)),
      read(parts, { settings = [] }) {
        const given = givenOf(parts);
        const wrong = settings.find(
          ({ name, form }) => form !== "url" && !form.test(given[name] ?? "") && name in given,
        );
        if (wrong !== undefined) return invalidAt(`settings.${wrong.name}`, `It ${wrong.must}.`);
        const foreign = Object.entries(before).filter(([name]) => !settings.some((field) => field.name === name));
        const after = { ...Object.fromEntries(foreign), ...given };
        const names = new Set([...Object.keys(before), ...Object.keys(after)]);
        if ([...names].every((name) => before[name] === after[name])) return SAME;
        return sends(Object.keys(after).length === 0 ? null : after);
      },
    },
    kind,
  );
}

function settingPart({ name, must }: SettingField, before: Row): Part {
  const value = before[name];
  const spec = { name: `settings.${name}`, label: label(name), hint: [`${capital(must)}.`] };
  return framed(spec, lineInput({ ...spec, initial: typeof value === "string" ? value : "" }));
}
