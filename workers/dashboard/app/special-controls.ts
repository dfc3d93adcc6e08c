import { type Control, invalid, SAME, sends } from "./control.ts";
import { h, prose } from "./dom.ts";
import { type Editing, specOf } from "./field-control.ts";
import { isRow } from "./json.ts";

/** Controls of fields whose kind says too little of them. */

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
