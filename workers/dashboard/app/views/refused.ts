import type { ApiError } from "../api.ts";
import type { View } from "../console.ts";
import { button, h, problemNode } from "../dom.ts";
import { hrefTo } from "../place.ts";

/** A page that could not be had, and why. */
export function refusedView(error: ApiError): View {
  if (error.status === 404) return missingView();
  return {
    title: error.status === 403 ? "This is not for you" : "This did not work",
    content: [
      problemNode(error.message),
      h(
        "div",
        { class: "actions" },
        button("Try again", () => location.reload()),
        h("a", { href: hrefTo([]) }, "Go to the first page"),
      ),
    ],
  };
}

export const missingView = (): View => ({
  title: "There is nothing here",
  content: [
    h("p", {}, "It was removed, or the address is not right. ", h("a", { href: hrefTo([]) }, "Go to the first page")),
  ],
});
