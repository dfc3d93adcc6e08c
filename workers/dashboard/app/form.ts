import type { ApiError } from "./api.ts";
import type { Control } from "./control.ts";
import { type Child, h, problemNode, whileBusy } from "./dom.ts";
import { capital } from "./format.ts";

export interface FormSpec {
  readonly controls: readonly Control[];
  /** Of `controls`, those that are folded away until somebody opens them. */
  readonly folded?: { readonly title: string; readonly controls: readonly Control[]; readonly open: boolean };
  readonly submit: string;
  /** Beside the submit button. */
  readonly beside?: Child;
  /** Sends what was filled in; answers what was refused, or null. */
  send(values: Readonly<Record<string, unknown>>): Promise<Refusal | null>;
}

/** A refusal, and what can be done about it besides mending a field. */
export interface Refusal {
  readonly error: ApiError;
  readonly offer?: Node;
}

/** A form: problems stand at their fields, the first of which gets the focus; what belongs to none stands on top. */
export function form(spec: FormSpec): HTMLFormElement {
  const top = h("div", {});
  const submit = h("button", { type: "submit", class: "primary" }, spec.submit);
  const { folded } = spec;
  const shown = spec.controls.filter((control) => folded?.controls.includes(control) !== true);
  const element = h(
    "form",
    { novalidate: true, class: "form" },
    top,
    ...shown.map(({ node }) => node),
    folded === undefined || folded.controls.length === 0
      ? null
      : h("details", { open: folded.open }, h("summary", {}, folded.title), ...folded.controls.map(({ node }) => node)),
    h("div", { class: "actions" }, submit, spec.beside),
  );
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    void whileBusy(submit, () => submitted(spec, top));
  });
  return element;
}

async function submitted(spec: FormSpec, top: HTMLElement): Promise<void> {
  top.replaceChildren();
  for (const control of spec.controls) control.showProblem(null);
  const values = readValues(spec.controls);
  if (values === null) return;
  const refusal = await spec.send(values);
  if (refusal !== null) showRefusal(refusal, spec.controls, top);
}

/** The values to send, or null when a field is not right; it says so then. */
function readValues(controls: readonly Control[]): Record<string, unknown> | null {
  const values: Record<string, unknown> = {};
  let first: Control | null = null;
  for (const control of controls) {
    const reading = control.read();
    if (reading.status === "value") values[control.name] = reading.value;
    if (reading.status !== "invalid") continue;
    control.showProblem(reading.message, reading.param);
    first ??= control;
  }
  if (first === null) return values;
  reveal(first);
  return null;
}

function showRefusal({ error, offer }: Refusal, controls: readonly Control[], top: HTMLElement): void {
  const control = controls.find(({ name }) => error.param !== null && isOrIsIn(error.param, name));
  if (control !== undefined) {
    control.showProblem(atField(error.message, control.name), error.param);
    reveal(control);
    return;
  }
  const alert = problemNode(error.message, offer);
  alert.tabIndex = -1;
  top.append(alert);
  alert.focus();
}

/** `rates` is at fault for `rates.input_usd_per_million`, too. */
const isOrIsIn = (param: string, name: string): boolean =>
  param === name || param.startsWith(`${name}.`) || param.startsWith(`${name}[`);

function reveal(control: Control): void {
  const details = control.node.closest("details");
  if (details !== null) details.open = true;
  control.focus();
}

/** At the field itself its name need not be said again. */
const atField = (message: string, name: string): string =>
  capital(message.replace(`\`${name}\` is not valid: `, "").replaceAll("`", ""));
