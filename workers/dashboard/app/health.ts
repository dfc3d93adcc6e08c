import type { Answer } from "./api.ts";
import type { Console } from "./console.ts";
import { h, hidden } from "./dom.ts";
import { label, when } from "./format.ts";
import { type Row, rowIn, textIn, textOrNull } from "./json.ts";
import { tip } from "./tip.ts";

/** How a provider is, as it is shown: a sign and a word, so that nobody needs the colour. */
const SIGNS: Readonly<Record<string, string>> = {
  healthy: "✓",
  degraded: "▲",
  down: "✕",
  unknown: "?",
  disabled: "–",
};

/** What a state means, to somebody who sees it for the first time. */
const MEANINGS: Readonly<Record<string, string>> = {
  healthy: "Its probes and the requests that go to it go well.",
  degraded: "A probe failed, or one in ten requests.",
  down: "Three probes in a row failed, or half of the requests.",
  unknown: "Nothing was heard of it lately.",
  disabled: "Its models are not offered.",
};

const classOf = (state: string): string => `health ${Object.hasOwn(SIGNS, state) ? state : "unknown"}`;

const signed = (state: string): readonly Node[] => [
  h("span", { "aria-hidden": "true" }, SIGNS[state] ?? "?"),
  document.createTextNode(` ${label(state)}`),
];

/** The state alone. A provider that is disabled is that, whatever was heard of it before. */
export const healthMark = (provider: Row, health: Row): HTMLElement => {
  const state = stateOf(provider, health);
  return h("span", { class: classOf(state) }, ...signed(state));
};

const stateOf = (provider: Row, health: Row): string =>
  provider.enabled === false ? "disabled" : textIn(health, "state");

/** A provider's health for a list: there at once, and filled when `GET /v1/providers/{id}/health` has answered. */
export function healthCell(con: Console, provider: Row): HTMLElement {
  if (provider.enabled === false)
    return tip({ class: classOf("disabled") }, signed("disabled"), [MEANINGS.disabled ?? ""]);
  const cell = h(
    "span",
    { "aria-busy": "true" },
    h("span", { class: "soft", "aria-hidden": "true" }, "…"),
    hidden("Loading"),
  );
  void con.api.call("GET", `/v1/providers/${encodeURIComponent(textIn(provider, "id"))}/health`).then((answer) => {
    cell.removeAttribute("aria-busy");
    cell.replaceChildren(heard(con, answer));
  });
  return cell;
}

function heard(con: Console, answer: Answer): HTMLElement {
  if (answer.status === "refused") return tip({ class: classOf("unknown") }, signed("unknown"), [answer.error.message]);
  const state = textIn(answer.body, "state");
  return tip({ class: classOf(state) }, signed(state), detailsOf(answer.body, con.effects.now()));
}

/** What the state means, since when it is so, and the last failure's class. */
function detailsOf(health: Row, now: number): readonly string[] {
  const since = textOrNull(health, "since");
  const failure = rowIn(health, "last_failure");
  const [failed, at] = [textOrNull(failure, "class"), textOrNull(failure, "at")];
  return [
    MEANINGS[textIn(health, "state")] ?? "",
    since === null ? "" : `Since: ${when(Date.parse(since), now)}`,
    failed === null
      ? "No failure was seen."
      : `Last failure: ${failed}${at === null ? "" : `, ${when(Date.parse(at), now)}`}`,
  ].filter((line) => line !== "");
}
