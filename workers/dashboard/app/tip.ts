import { type Child, h, newElementId } from "./dom.ts";

/**
 * Something short with more behind it: shown below it while it has the pointer or the focus, gone with Escape, read
 * aloud with it. In the top layer, so that a table that scrolls does not cut it off.
 */
export function tip(props: { readonly class?: string }, shown: readonly Child[], more: readonly string[]): HTMLElement {
  const id = newElementId("tip");
  const bubble = h(
    "div",
    { id, class: "tip", role: "tooltip", popover: "manual" },
    ...more.map((text) => h("p", {}, text)),
  );
  const trigger = h("button", { type: "button", ...props, "aria-describedby": id }, ...shown);
  // A table that scrolls takes its cell along, and so what belongs to it.
  const follow = (): void => {
    if (trigger.isConnected) place(bubble, trigger.getBoundingClientRect());
    else document.removeEventListener("scroll", follow, true);
  };
  const hide = (): void => {
    document.removeEventListener("scroll", follow, true);
    if (bubble.matches(":popover-open")) bubble.hidePopover();
  };
  const show = (): void => {
    if (!trigger.isConnected || bubble.matches(":popover-open")) return;
    bubble.showPopover();
    follow();
    document.addEventListener("scroll", follow, true);
  };
  trigger.addEventListener("focus", show);
  trigger.addEventListener("click", show);
  trigger.addEventListener("blur", hide);
  trigger.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  return h("span", { onmouseenter: show, onmouseleave: hide }, trigger, bubble);
}

/** Distance from the edges of the window. */
const EDGE_PX = 8;

/** Below, or above where there is no room for it, and never beyond the window's sides. */
function place(bubble: HTMLElement, { left, top, bottom }: DOMRect): void {
  const { width, height } = bubble.getBoundingClientRect();
  const below = bottom + height + EDGE_PX <= innerHeight;
  bubble.style.left = `${Math.max(EDGE_PX, Math.min(left, innerWidth - width - EDGE_PX))}px`;
  bubble.style.top = `${below ? bottom : Math.max(EDGE_PX, top - height)}px`;
}
