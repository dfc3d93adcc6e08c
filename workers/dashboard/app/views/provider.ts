import type { Answer } from "../api.ts";
import { button, h } from "../dom.ts";
import { money } from "../format.ts";
import { rowIn, textIn, textOrNull } from "../json.ts";
import type { Extras, Subject } from "./subject.ts";

/** Trying whether an upstream account works. */
export function providerExtras({ con, id }: Subject): Extras {
  if (!con.may("providers:test")) return { actions: [], sections: [] };
  const result = h("div", { role: "status" });
  const test = button("Test", async () => {
    result.replaceChildren(h("p", { class: "soft" }, "Asking the provider…"));
    result.replaceChildren(
      resultNode(await con.api.call("POST", `/v1/providers/${encodeURIComponent(id)}/test`, { body: {} })),
    );
  });
  return { actions: [test], sections: [result] };
}

function resultNode(answer: Answer): Node {
  if (answer.status === "refused") return h("p", { class: "alert" }, answer.error.message);
  const { body } = answer;
  if (body.ok !== true) {
    const error = rowIn(body, "error");
    return h(
      "p",
      { class: "alert" },
      `It does not work. ${textIn(error, "message")} `,
      h("code", {}, textIn(error, "code")),
    );
  }
  const cost = textOrNull(body, "cost_usd");
  const parts = [
    `It works: ${textIn(body, "model")} answered in ${String(body.latency_ms)} ms`,
    cost === null ? "" : ` for ${money(cost)}`,
  ];
  return h("p", { class: "good" }, `${parts.join("")}.`);
}
