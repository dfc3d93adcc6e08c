import {
  type CredentialField,
  isProviderKind,
  PROVIDER_KINDS,
  type ProviderKindRow,
} from "../../../schema/providers/kinds.ts";
import { type Control, framed, invalid, passwordInput, SAME, sends } from "./control.ts";
import { h, prose } from "./dom.ts";
import { type Editing, specOf } from "./field-control.ts";
import { isRow } from "./json.ts";

/** Controls of fields whose kind says too little of them. */

/** A provider's credential: an input for each of its parts, by the kind of the provider, which may still be chosen. */
export function credentialControl(editing: Editing, kind: Control | string): Control {
  const group = h("div", { class: "parts" });
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  let parts: readonly Part[] = [];

  function build(): void {
    const row: ProviderKindRow | null = kindRow(typeof kind === "string" ? kind : kind.current());
    parts = (row?.credential ?? []).map((field) => partOf(field, editing));
    const nothing = row === null ? "Choose the kind first." : "This kind needs none.";
    group.replaceChildren(
      ...(parts.length === 0 ? [h("p", { class: "hint" }, nothing)] : parts.map(({ control }) => control.node)),
    );
  }

  build();
  if (typeof kind !== "string") kind.node.addEventListener("change", build);
  return {
    name: editing.field.name,
    node: h(
      "fieldset",
      {},
      h("legend", {}, "Credential"),
      h("p", { class: "hint" }, `Stored sealed, and never shown again.${editing.creating ? "" : KEPT}`),
      group,
      problem,
    ),
    current: () => "",
    read() {
      const missing = parts.find(({ required, control }) => required && control.current() === "");
      if (missing !== undefined) return invalid(`The ${missing.label} is missing.`);
      const given = parts.filter(({ control }) => control.current() !== "");
      if (given.length === 0) return SAME;
      return sends(Object.fromEntries(given.map(({ name, control }) => [name, control.current()])));
    },
    showProblem(message) {
      problem.textContent = message ?? "";
      problem.hidden = message === null;
    },
    focus: () => parts[0]?.control.focus(),
  };
}

const KEPT = " Left empty it stays as it is; what is filled in replaces the whole of it.";

interface Part extends CredentialField {
  readonly control: Omit<Control, "read">;
}

function partOf(field: CredentialField, { creating }: Editing): Part {
  const required = field.required && creating;
  const { input, toggle } = passwordInput({ ...field, autocomplete: "new-password" });
  return {
    ...field,
    required,
    control: framed({ name: `credential.${field.name}`, label: field.label, required }, input, toggle),
  };
}

const kindRow = (kind: string): ProviderKindRow | null => (isProviderKind(kind) ? PROVIDER_KINDS[kind] : null);

/** A key's scopes: ticked off the list that `GET /v1/roles` gives. */
export function scopesControl(editing: Editing, scopes: readonly string[]): Control {
  const before = Array.isArray(editing.initial) ? editing.initial.map(String) : ["inference"];
  // One that this version does not know stays, unless it is unticked.
  const boxes = [...new Set([...scopes, ...before])].map((scope) => {
    const input = h("input", { type: "checkbox", value: scope, name: "scopes" });
    input.checked = before.includes(scope);
    return { scope, input, node: h("label", { class: "flag" }, input, h("code", {}, scope)) };
  });
  const single = boxes.filter(({ scope }) => scope.includes(":"));
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const chosen = (): readonly string[] => boxes.filter(({ input }) => input.checked).map(({ scope }) => scope);
  return {
    name: editing.field.name,
    node: h(
      "fieldset",
      {},
      h("legend", {}, specOf(editing).label),
      h("p", { class: "hint" }, ...prose(editing.field.description)),
      h("div", { class: "boxes" }, ...boxes.filter((box) => !single.includes(box)).map(({ node }) => node)),
      h(
        "details",
        { open: single.some(({ input }) => input.checked) },
        h("summary", {}, "Single permissions"),
        h("div", { class: "boxes" }, ...single.map(({ node }) => node)),
      ),
      problem,
    ),
    current: () => chosen().join(" "),
    read() {
      if (chosen().length === 0) return invalid("Choose at least one.");
      const same =
        chosen().join(" ") ===
        boxes
          .filter(({ scope }) => before.includes(scope))
          .map(({ scope }) => scope)
          .join(" ");
      return same ? SAME : sends(chosen());
    },
    showProblem(message) {
      problem.textContent = message ?? "";
      problem.hidden = message === null;
    },
    focus: () => boxes[0]?.input.focus(),
  };
}

/** An example of a field as a placeholder. */
export function placeholderOf(example: unknown): string {
  if (isRow(example)) return JSON.stringify(example, null, 2);
  return typeof example === "string" || typeof example === "number" ? String(example) : "";
}
