import type { Answer } from "../api.ts";
import { button, h } from "../dom.ts";
import { money, timeNode } from "../format.ts";
import { healthMark } from "../health.ts";
import { type Row, rowIn, rowsIn, textIn, textOrNull } from "../json.ts";
import { facts, table } from "../table.ts";
import type { Extras, Subject } from "./subject.ts";

/** A provider's health and models, trying whether it works, and taking over its list of models. */
export async function providerExtras(subject: Subject): Promise<Extras> {
  const { con, id } = subject;
  const path = `/v1/providers/${encodeURIComponent(id)}`;
  const result = h("div", { role: "status" });
  const test = button("Test", async () => {
    result.replaceChildren(h("p", { class: "soft" }, "Asking the provider…"));
    result.replaceChildren(resultNode(await con.api.call("POST", `${path}/test`, { body: {} })));
  });
  const models = h("div", {});
  const sync = button("Sync models", async () => {
    result.replaceChildren(h("p", { class: "soft" }, "Asking the provider for its models…"));
    result.replaceChildren(syncNode(await con.api.call("POST", `${path}/sync`)));
    models.replaceChildren(modelsNode(await con.api.call("GET", `${path}/models?limit=${MODELS_SHOWN}`), subject));
  });
  const [health, listed] = await Promise.all([
    con.api.call("GET", `${path}/health`),
    con.api.call("GET", `${path}/models?limit=${MODELS_SHOWN}`),
  ]);
  models.replaceChildren(modelsNode(listed, subject));
  return {
    actions: con.may("providers:test") ? [test, sync] : [],
    sections: [result, h("h2", {}, "Health"), healthNode(health, subject), h("h2", {}, "Models that it lists"), models],
  };
}

const MODELS_SHOWN = 100;

function healthNode(answer: Answer, { con, row }: Subject): Node {
  if (answer.status === "refused") return h("p", { class: "alert" }, answer.error.message);
  const { body } = answer;
  const now = con.effects.now();
  const time = (name: string): Node | string => {
    const at = textOrNull(body, name);
    return at === null ? "–" : timeNode(at, now);
  };
  const failure = rowIn(body, "last_failure");
  const failed = textOrNull(failure, "class");
  const calls = (name: string): string => {
    const live = rowIn(body, name);
    const [ok, lost] = [Number(live.ok ?? 0), Number(live.failed ?? 0)];
    if (ok + lost === 0) return "No requests";
    const took = live.latency_p50_ms === null ? "" : `, ${live.latency_p50_ms} ms (95 %: ${live.latency_p95_ms} ms)`;
    return `${ok} went well, ${lost} failed${took}`;
  };
  return facts([
    ["State", healthMark(row, body)],
    ["Since", time("since")],
    ["Last probe", body.probed === false ? "It has no list to probe: requests alone tell" : time("last_probe_at")],
    ["Last failure", failed === null ? "None" : `${failed}: ${textIn(failure, "message")}`],
    ["5 minutes", calls("live_5m")],
    ["60 minutes", calls("live_60m")],
  ]);
}

function modelsNode(answer: Answer, { con }: Subject): Node {
  if (answer.status === "refused") return h("p", { class: "alert" }, answer.error.message);
  const rows = rowsIn(answer.body, "data");
  if (rows.length === 0) return h("p", { class: "soft" }, "No list was taken over yet. Sync models asks for it now.");
  const now = con.effects.now();
  const marks = marksOf(rows, now);
  const shown = rows.map((row) => [
    h("code", {}, textIn(row, "upstream_id")),
    h("span", { class: "tags" }, ...marks(row)),
    timeNode(textIn(row, "first_seen_at"), now),
  ]);
  const more = textOrNull(answer.body, "next_cursor") === null ? null : `The first ${MODELS_SHOWN} are shown.`;
  return h(
    "div",
    {},
    h("p", { class: "soft" }, "A model without a price is not served until one is set."),
    table("Models that the provider lists", [{ head: "Model" }, { head: "Status" }, { head: "First seen" }], shown),
    more === null ? null : h("p", { class: "soft" }, more),
  );
}

const STATUSES: Readonly<Record<string, { readonly sign: string; readonly word: string; readonly class: string }>> = {
  priced: { sign: "✓", word: "Priced", class: "healthy" },
  unpriced: { sign: "▲", word: "Unpriced", class: "degraded" },
  vanished: { sign: "✕", word: "Vanished", class: "down" },
};

/** A model counts as new for so long. */
const NEW_MS = 7 * 86_400_000;

/** What is to be known of a model at a glance. New is what came to a list that was there before. */
function marksOf(rows: readonly Row[], now: number): (row: Row) => readonly Node[] {
  const seen = (row: Row): number => Date.parse(textIn(row, "first_seen_at"));
  const begun = Math.min(...rows.map(seen));
  return (row) => {
    const status = STATUSES[textIn(row, "status")];
    const fresh = seen(row) > begun && now - seen(row) < NEW_MS && row.status !== "vanished";
    return [
      status === undefined
        ? h("span", {}, textIn(row, "status"))
        : h(
            "span",
            { class: `health ${status.class}` },
            h("span", { "aria-hidden": "true" }, status.sign),
            ` ${status.word}`,
          ),
      ...(fresh ? [h("span", { class: "health fresh" }, h("span", { "aria-hidden": "true" }, "★"), " New")] : []),
    ];
  };
}

function syncNode(answer: Answer): Node {
  if (answer.status === "refused") return h("p", { class: "alert" }, answer.error.message);
  const { body } = answer;
  if (body.ok !== true) return h("p", { class: "alert" }, textIn(rowIn(body, "error"), "message"));
  const { listed, new: appeared, vanished, unpriced } = body;
  return h(
    "p",
    { class: "good" },
    `It lists ${String(listed)} models: ${String(appeared)} new, ${String(vanished)} vanished, ${String(unpriced)} without a price.`,
  );
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
