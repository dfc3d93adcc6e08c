/** Elements are made here and nowhere else: data becomes text and attributes, never markup. */

type Listener = (event: Event) => void;
export type Props = Readonly<Record<string, string | number | boolean | null | undefined | Listener>>;
export type Child = Node | string | null | false | undefined;

/** An element with attributes, listeners (`onclick`) and children. `true` is an attribute without a value. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

/** A sentence in which `code` stands between backticks. */
export const prose = (text: string): readonly Child[] =>
  text.split("`").map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part));

let serial = 0;

/** An id that no other element of the page has. */
export function newElementId(name: string): string {
  serial += 1;
  return `${name}-${serial}`;
}

/** Text that is read aloud and not seen. */
export const hidden = (text: string): HTMLElement => h("span", { class: "hidden" }, text);

/** A button that is busy, and does nothing else, until what it began has ended. */
export function button(
  label: string,
  act: () => void | Promise<void>,
  props: { readonly class?: string; readonly id?: string } = {},
): HTMLButtonElement {
  const element = h("button", { type: "button", ...props, onclick: () => void whileBusy(element, act) }, label);
  return element;
}

/** Runs it unless the button is busy already. */
export async function whileBusy(element: HTMLButtonElement, act: () => void | Promise<void>): Promise<void> {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    await act();
  } finally {
    element.removeAttribute("aria-busy");
  }
}

const SHOWN_MS = 6_000;
let hideTimer: ReturnType<typeof setTimeout> | undefined;

/** Says a result: shown for a moment, and read aloud wherever the focus is. */
export function announce(text: string): void {
  const region = document.getElementById("status");
  if (region === null) return;
  // The same sentence twice is read twice only when it went away in between.
  region.textContent = "";
  requestAnimationFrame(() => {
    region.textContent = text;
  });
  clearTimeout(hideTimer);
  hideTimer = setTimeout(() => {
    region.textContent = "";
  }, SHOWN_MS);
}

/** An alert with a problem in it. */
export const problemNode = (message: string, ...more: readonly Child[]): HTMLElement =>
  h("div", { class: "alert", role: "alert" }, h("p", {}, message), ...more);
