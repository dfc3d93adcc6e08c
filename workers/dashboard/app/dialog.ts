import { announce, button, type Child, h } from "./dom.ts";

/** Opens a dialog over the page. It goes away with Escape, and the focus returns to where it was. */
export function openDialog(title: string, ...content: readonly Child[]): HTMLDialogElement {
  const heading = h("h2", { id: "dialog-title", tabindex: -1 }, title);
  const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, heading, ...content);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  heading.focus();
  return dialog;
}

export interface Question {
  readonly title: string;
  /** What it means. */
  readonly text: string;
  /** The verb on the button. */
  readonly yes: string;
}

/** Asks before something that cannot be undone is done. The answer is false for Escape, too. */
export function confirmed({ title, text, yes }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = false;
    const dialog = openDialog(
      title,
      h("p", {}, text),
      h(
        "div",
        { class: "actions" },
        button(
          yes,
          () => {
            answer = true;
            dialog.close();
          },
          { class: "danger" },
        ),
        button("Cancel", () => dialog.close()),
      ),
    );
    dialog.addEventListener("close", () => resolve(answer));
  });
}

export interface OnceShown {
  readonly title: string;
  readonly warning: string;
  readonly label: string;
  readonly value: string;
  /** Further things to copy, such as a first request with the key in it. */
  readonly more?: readonly Node[];
}

/** Shows what is never shown again. Resolves when it was put away. */
export function showOnce({ title, warning, label, value, more = [] }: OnceShown): Promise<void> {
  return new Promise((resolve) => {
    const dialog = openDialog(
      title,
      h("p", { class: "alert" }, warning),
      copyable(label, value),
      ...more,
      h(
        "div",
        { class: "actions" },
        button("I have stored it", () => dialog.close(), { class: "primary" }),
      ),
    );
    dialog.addEventListener("close", () => resolve());
  });
}

/** A text with a button that copies it. */
export function copyable(label: string, value: string): HTMLElement {
  const text = h("pre", { tabindex: 0, "aria-label": label }, h("code", {}, value));
  const copy = button("Copy", async () => {
    const copied = await navigator.clipboard.writeText(value).then(
      () => true,
      () => false,
    );
    if (copied) announce("Copied.");
    else selectText(text);
  });
  copy.setAttribute("aria-label", `Copy: ${label}`);
  return h("div", { class: "copyable" }, h("p", { class: "soft" }, label), text, copy);
}

/** Without a secure connection a page may not write to the clipboard: then the text is marked, to be copied by hand. */
function selectText(element: HTMLElement): void {
  getSelection()?.selectAllChildren(element);
  announce("Marked. Copy it with Ctrl-C or ⌘-C.");
}
