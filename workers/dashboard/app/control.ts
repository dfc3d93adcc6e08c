import { type Child, h, newElementId } from "./dom.ts";

/** One field of a form: what it shows, what of it is sent, and where its problem stands. */
export interface Control {
  /** As the API calls it. */
  readonly name: string;
  readonly node: HTMLElement;
  read(): Reading;
  /** What stands in it now, as text. */
  current(): string;
  /** `param` is what exactly is at fault, as the API names it, where the control has several inputs. */
  showProblem(message: string | null, param?: string | null): void;
  focus(): void;
}

export type Reading =
  /** Nothing was changed, so nothing is sent. */
  | { readonly status: "same" }
  | { readonly status: "value"; readonly value: unknown }
  | { readonly status: "invalid"; readonly message: string; readonly param?: string };

export const SAME: Reading = { status: "same" };
export const sends = (value: unknown): Reading => ({ status: "value", value });
export const invalid = (message: string): Reading => ({ status: "invalid", message });

export const invalidAt = (param: string, message: string): Reading => ({ status: "invalid", message, param });

export interface ControlSpec {
  readonly name: string;
  readonly label: string;
  readonly hint?: readonly Child[];
  readonly required?: boolean;
}

type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Label, hint, input and a place for its problem, tied together for those who do not see them. */
export function framed(spec: ControlSpec, input: Input, beside: Child = null): Omit<Control, "read"> {
  const id = newElementId(spec.name);
  input.id = id;
  input.name = spec.name;
  if (spec.required === true) input.setAttribute("aria-required", "true");
  const hint = spec.hint === undefined ? null : h("p", { id: `${id}-hint`, class: "hint" }, ...spec.hint);
  const problem = h("p", { id: `${id}-problem`, class: "problem", hidden: true });
  input.setAttribute("aria-describedby", [hint?.id, problem.id].filter((part) => part !== undefined).join(" "));
  const text = h(
    "label",
    { for: id },
    spec.label,
    spec.required === true ? null : h("span", { class: "soft" }, " optional"),
  );
  const isFlag = input.type === "checkbox";
  const line = h("div", { class: isFlag ? "flag" : "line" }, input, isFlag ? text : null, beside);
  return {
    name: spec.name,
    node: isFlag
      ? h("div", { class: "field" }, line, hint, problem)
      : h("div", { class: "field" }, text, hint, line, problem),
    current: () => input.value,
    focus: () => input.focus(),
    showProblem(message) {
      problem.textContent = message ?? "";
      problem.hidden = message === null;
      if (message === null) input.removeAttribute("aria-invalid");
      else input.setAttribute("aria-invalid", "true");
    },
  };
}

export interface TextSpec extends ControlSpec {
  readonly initial?: string;
  readonly type?: string;
  readonly autocomplete?: string;
  readonly placeholder?: string;
  readonly inputmode?: string;
}

/** A line whose text is always sent, as in the forms of signing in. */
export function lineControl(spec: TextSpec): Control {
  const input = lineInput(spec);
  return {
    ...framed({ required: true, ...spec }, input),
    read: () =>
      input.value.trim() === ""
        ? spec.required === false
          ? SAME
          : invalid("Fill this in.")
        : sends(input.value.trim()),
  };
}

export function lineInput(spec: TextSpec): HTMLInputElement {
  const input = h("input", {
    type: spec.type ?? "text",
    autocomplete: spec.autocomplete ?? "off",
    placeholder: spec.placeholder,
    inputmode: spec.inputmode,
    spellcheck: "false",
    autocapitalize: "none",
  });
  input.value = spec.initial ?? "";
  return input;
}

/** A password with a button that shows it. It is sent as it stands: blanks may be meant. */
export function passwordControl(spec: TextSpec): Control {
  const { input, toggle } = passwordInput(spec);
  return {
    ...framed({ required: true, ...spec }, input, toggle),
    read: () => (input.value === "" ? invalid("Fill this in.") : sends(input.value)),
  };
}

export function passwordInput(spec: TextSpec) {
  const input = lineInput({ ...spec, type: "password" });
  const toggle = h(
    "button",
    { type: "button", class: "quiet", "aria-pressed": "false", "aria-label": `Show: ${spec.label}` },
    "Show",
  );
  toggle.addEventListener("click", () => {
    const shows = input.type === "password";
    input.type = shows ? "text" : "password";
    toggle.setAttribute("aria-pressed", String(shows));
    toggle.textContent = shows ? "Hide" : "Show";
  });
  return { input, toggle };
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export function selectInput(options: readonly Option[], initial: string): HTMLSelectElement {
  const select = h("select", {}, ...options.map(({ value, label }) => h("option", { value }, label)));
  select.value = initial;
  return select;
}
